import type { User } from 'bff/contract/users';
import { useTranslation } from 'react-i18next';
import { StatusDot } from '../../ui/StatusDot.tsx';
import styles from './users.module.css';

/** Whether somebody can sign in, and whether they may do everything. */
export function UserState({ user }: { user: Pick<User, 'isDisabled' | 'isSystemAdmin'> }) {
  const { t } = useTranslation('users');
  return (
    <span className={styles['state']}>
      <StatusDot
        tone={user.isDisabled ? 'neutral' : 'ok'}
        label={t(user.isDisabled ? 'state.disabled' : 'state.enabled')}
      />
      {user.isSystemAdmin ? <span className={styles['badge']}>{t('badge')}</span> : null}
    </span>
  );
}
