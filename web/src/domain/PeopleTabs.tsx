import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { paths } from '../paths.ts';
import styles from './PeopleTabs.module.css';

/** The way between the three pages of who may come in: users, groups, and robot accounts of no project. */
export function PeopleTabs() {
  const { t } = useTranslation('domain');
  return (
    <nav className={styles['tabs']} aria-label={t('people.label')}>
      <NavLink to={paths.users()}>{t('people.users')}</NavLink>
      <NavLink to={paths.groups()}>{t('people.groups')}</NavLink>
      <NavLink to={paths.systemRobots()}>{t('people.robots')}</NavLink>
    </nav>
  );
}
