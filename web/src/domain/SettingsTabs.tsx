import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { paths } from '../paths.ts';
import styles from './PeopleTabs.module.css';

/** The way between what holds for the whole console and whom it tells. */
export function SettingsTabs() {
  const { t } = useTranslation('domain');
  return (
    <nav className={styles['tabs']} aria-label={t('settings.label')}>
      <NavLink to={paths.settings()} end>
        {t('settings.general')}
      </NavLink>
      <NavLink to={paths.notices()}>{t('settings.notices')}</NavLink>
    </nav>
  );
}
