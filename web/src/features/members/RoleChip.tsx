import { useTranslation } from 'react-i18next';
import type { ShownCell } from './members-draft.ts';
import styles from './members.module.css';

/** What a cell says: a role, faint when it comes from “all environments”, and whether it is saved. */
export function RoleChip({ cell }: { cell: ShownCell }) {
  const { t } = useTranslation(['members', 'domain']);
  return (
    <>
      {cell.role === null ? (
        <span className={styles['unset']}>
          <span aria-hidden="true">–</span>
          <span className="visually-hidden">{t('cell.nothing')}</span>
        </span>
      ) : (
        <span className={styles['chip']} data-role={cell.role} data-inherited={cell.isInherited}>
          {t(`domain:role.${cell.role}`)}
        </span>
      )}
      {cell.isInherited && cell.role !== null ? (
        <span className="visually-hidden"> ({t('cell.inherited')})</span>
      ) : null}
      {cell.isChanged ? (
        <span className={styles['changed']} title={t('cell.changed')}>
          <span className="visually-hidden"> ({t('cell.changed')})</span>
        </span>
      ) : null}
    </>
  );
}
