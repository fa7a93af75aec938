import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import { useEnvironmentName } from '../../domain/RegistryChip.tsx';
import { environmentColors } from '../../theme/environment-colors.ts';
import type { Column } from './members-draft.ts';
import styles from './members.module.css';

export function GridHead({ columns }: { columns: readonly Column[] }) {
  const { t } = useTranslation('members');
  const environmentName = useEnvironmentName();
  return (
    <div role="rowgroup" className={styles['head']}>
      <div role="row" aria-rowindex={1} className={styles['row']}>
        <div role="columnheader" className={styles['who']}>
          {t('person')}
        </div>
        {columns.map((column) =>
          column === null ? (
            <div key="" role="columnheader" className={styles['column']} title={t('allHint')}>
              {t('allEnvironments')}
            </div>
          ) : (
            <div
              key={column}
              role="columnheader"
              className={styles['column']}
              title={column}
              style={{ '--env-color': environmentColors(column).color } as CSSProperties}
            >
              <bdi>{environmentName(column)}</bdi>
            </div>
          ),
        )}
      </div>
    </div>
  );
}
