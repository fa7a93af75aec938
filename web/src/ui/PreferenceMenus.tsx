import ContrastIcon from '@mui/icons-material/Contrast';
import TranslateIcon from '@mui/icons-material/Translate';
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
    <MenuButton
      label={t('app.theme')}
      icon={<ContrastIcon fontSize="small" />}
      actions={modes.map((each) => ({
        key: each,
        label: label[each],
        isChosen: each === mode,
        onChoose: () => setMode(each),
      }))}
    />
  );
}

/** The page's language, each named in itself; remembered in this browser. */
export function LanguageMenu() {
  const { t, i18n } = useTranslation('common');
  return (
    <MenuButton
      label={t('app.language')}
      icon={<TranslateIcon fontSize="small" />}
      actions={languages.map((each) => ({
        key: each,
        label: languageNames[each],
        lang: each,
        isChosen: each === i18n.language,
        onChoose: () => void changeLanguage(each),
      }))}
    />
  );
}
