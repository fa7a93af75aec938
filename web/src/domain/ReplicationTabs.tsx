import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { paths } from '../paths.ts';
import styles from './PeopleTabs.module.css';

/** The way between what is to be copied, what was, and how it all hangs together. */
export function ReplicationTabs() {
  const { t } = useTranslation('domain');
  return (
    <nav className={styles['tabs']} aria-label={t('replication.label')}>
      <NavLink to={paths.policies()} end>
        {t('replication.policies')}
      </NavLink>
      <NavLink to={paths.executions()} end>
        {t('replication.executions')}
      </NavLink>
      <NavLink to={paths.topology()} end>
        {t('replication.topology')}
      </NavLink>
    </nav>
  );
}
