import type { MatrixColumn } from 'bff/contract/projects';
import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import { useMaintenanceWords } from '../../domain/maintenance.ts';
import { useEnvironmentName } from '../../domain/RegistryChip.tsx';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { environmentColors } from '../../theme/environment-colors.ts';
import { StatusDot, type Tone } from '../../ui/StatusDot.tsx';
import styles from './Matrix.module.css';

interface MatrixHeaderProps {
  columns: readonly MatrixColumn[];
  template: string;
}

/** One column for each registry, in the environments' order; what cannot be read now says how old it is. */
export function MatrixHeader({ columns, template }: MatrixHeaderProps) {
  const { t } = useTranslation('projects');
  return (
    <div role="rowgroup" className={styles['head']}>
      <div role="row" aria-rowindex={1} className={styles['row']} style={{ gridTemplateColumns: template }}>
        <div role="columnheader" aria-colindex={1} className={styles['tagCell']}>
          {t('matrix.tag')}
        </div>
        {columns.map((column, index) => (
          <ColumnHeader key={column.registryId} column={column} index={index} />
        ))}
      </div>
    </div>
  );
}

const healthTones: Readonly<Record<MatrixColumn['health'], Tone>> = {
  up: 'ok',
  degraded: 'warn',
  down: 'danger',
  unknown: 'neutral',
};

function ColumnHeader({ column, index }: { column: MatrixColumn; index: number }) {
  const { t } = useTranslation('domain');
  const environmentName = useEnvironmentName();
  const reasonText = useReasonText();
  const { registryId, name, environment, health, reason } = column;
  const maintenance = useMaintenanceWords()(useRegistryDirectory().find(registryId));
  const told = [name, environmentName(environment), maintenance].filter((words) => words !== null).join(' · ');
  const isSameWord = name.trim().toLowerCase() === environment.trim().toLowerCase();
  return (
    <div
      role="columnheader"
      aria-colindex={index + 2}
      className={styles['column']}
      style={{ '--env-color': environmentColors(environment).color } as CSSProperties}
      title={reason === null ? told : reasonText(reason)}
    >
      <span className={styles['columnName']}>
        {maintenance !== null ? (
          <StatusDot tone="neutral" label={maintenance} isLabelHidden />
        ) : health === 'up' ? null : (
          <StatusDot tone={healthTones[health]} label={t(`health.${health}`)} isLabelHidden />
        )}
        {/* Names of registries differ at their end, words of the language at their beginning. */}
        <span className={styles['columnWords']} data-cut={isSameWord ? 'end' : 'start'}>
          <bdi>{isSameWord ? environmentName(environment) : name}</bdi>
        </span>
      </span>
      <ColumnNote column={column} environment={isSameWord ? null : environmentName(environment)} />
    </div>
  );
}

function ColumnNote({ column, environment }: { column: MatrixColumn; environment: string | null }) {
  const { t } = useTranslation('projects');
  if (column.isStale) {
    return (
      <span className={styles['columnNote']} data-stale="true">
        {column.asOf === null ? (
          t('matrix.staleUnknown')
        ) : (
          <>
            {t('matrix.staleSince')} <RelativeTime instant={column.asOf} />
          </>
        )}
      </span>
    );
  }
  return environment === null ? null : <span className={styles['columnNote']}>{environment}</span>;
}
