import ContrastIcon from '@mui/icons-material/Contrast';
import TranslateIcon from '@mui/icons-material/Translate';
import MenuItem from '@mui/material/MenuItem';
import { useColorScheme } from '@mui/material/styles';
import { useTranslation } from 'react-i18next';
import { changeLanguage } from '../i18n/i18n.ts';
import { languageNames, languages } from '../i18n/language.ts';
import { MenuButton } from './MenuButton.tsx';

const modes = ['light', 'dark', 'system'] as const;

/** Light, dark, or as the system; remembered in this browser. */
export function ThemeMenu() {
  const { t } = useTranslation('common');
  const { mode = 'system', setMode } = useColorScheme();
  const label = { light: t('app.themeLight'), dark: t('app.themeDark'), system: t('app.themeSystem') };
  return (
    <MenuButton label={t('app.theme')} icon={<ContrastIcon fontSize="small" />}>
      {(close) =>
        modes.map((each) => (
          <MenuItem
            key={each}
            role="menuitemradio"
            aria-checked={each === mode}
            selected={each === mode}
            onClick={() => {
              setMode(each);
              close();
            }}
          >
            {label[each]}
          </MenuItem>
        ))
      }
    </MenuButton>
  );
}

/** The page's language, each named in itself; remembered in this browser. */
export function LanguageMenu() {
  const { t, i18n } = useTranslation('common');
  return (
    <MenuButton label={t('app.language')} icon={<TranslateIcon fontSize="small" />}>
      {(close) =>
        languages.map((each) => (
          <MenuItem
            key={each}
            lang={each}
            role="menuitemradio"
            aria-checked={each === i18n.language}
            selected={each === i18n.language}
            onClick={() => {
              void changeLanguage(each);
              close();
            }}
          >
            {languageNames[each]}
          </MenuItem>
        ))
      }
    </MenuButton>
  );
}
