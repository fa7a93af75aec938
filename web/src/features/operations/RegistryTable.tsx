import type { Operations, ThroughputHistory } from 'bff/contract/operations';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCurrentFigures } from '../../domain/current-figures.ts';
import { useMaintenanceWords } from '../../domain/maintenance.ts';
import { type KnownRegistry, useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RegistryChip } from '../../domain/RegistryChip.tsx';
import { secondsUntil } from '../../domain/tasks/task-figures.ts';
import { useNow } from '../../i18n/now.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { healthTones } from '../../domain/topology/health-tones.ts';
import { useThroughput } from './operations-queries.ts';
import styles from './operations.module.css';
import { backoffUntil } from './registry-backoff.ts';
import { Sparkline } from './Sparkline.tsx';

const allColumns = ['name', 'in', 'out', 'hour', 'running', 'slots', 'failed', 'backoff'] as const;
/** What one has to see from three metres away. */
const wallColumns = ['name', 'in', 'out', 'hour', 'failed', 'backoff'] as const;

interface RegistryTableProps {
  operations: Operations;
  /** On the wall: how many rows are seen as a whole. */
  fitting?: number;
}

/** In, out, errors, slots and backoff of every registry at this moment. */
export function RegistryTable({ operations, fitting }: RegistryTableProps) {
  const { t } = useTranslation('operations');
  const directory = useRegistryDirectory();
  const { data: throughput } = useThroughput();
  // A registry of which the monitor says nothing is idle; it is still shown, with its health.
  const registryIds = new Set([
    ...directory.registries.map(({ id }) => id),
    ...operations.registries.map(({ registryId }) => registryId),
  ]);
  const isOnWall = fitting !== undefined;
  const listed = [...registryIds].map(directory.find);
  const rows = isOnWall ? worstFirst(listed, operations) : listed;
  const columns = isOnWall ? wallColumns : allColumns;
  return (
    <table className={styles['figureTable']}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {isOnWall && (column === 'failed' || column === 'backoff')
                ? t(`registries.short.${column}`)
                : t(`registries.column.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((registry, index) => (
          <RegistryRow
            key={registry.id}
            registry={registry}
            operations={operations}
            throughput={throughput}
            {...(isOnWall ? { isSeen: index < fitting } : {})}
          />
        ))}
      </tbody>
    </table>
  );
}

/** What needs somebody comes first: the last ones may have no room. Not by what moves, or rows would jump about. */
function worstFirst(registries: readonly KnownRegistry[], { registries: flows }: Operations): KnownRegistry[] {
  const weight = ({ id, health }: KnownRegistry) => {
    if (health === 'down' || health === 'degraded') return 0;
    return (flows.find(({ registryId }) => registryId === id)?.failedLastHour ?? 0) > 0 ? 1 : 2;
  };
  return registries.toSorted((one, other) => weight(one) - weight(other));
}

interface RegistryRowProps {
  registry: KnownRegistry;
  operations: Operations;
  throughput: ThroughputHistory | undefined;
  /** Left out beside the wall, where all are. */
  isSeen?: boolean;
}

function RegistryRow({ registry, operations, throughput, isSeen }: RegistryRowProps) {
  const { t } = useTranslation('operations');
  const { number } = useFormat();
  const { rate } = useCurrentFigures();
  const { id, name, environment, health } = registry;
  const rest = useMaintenanceWords()(registry);
  const flow = operations.registries.find(({ registryId }) => registryId === id);
  const failed = flow?.failedLastHour ?? 0;
  const bytes = (perSecond: number) => (perSecond === 0 ? null : rate(perSecond)) ?? '–';
  const isBusy = flow !== undefined && flow.reading + flow.writing > 0;
  return (
    <tr data-fit={isSeen}>
      <th scope="row">
        <StatusDot
          tone={rest === null ? (healthTones[health] ?? 'neutral') : 'neutral'}
          label={rest ?? t(`health.${health}`)}
          isLabelHidden
        />{' '}
        <Link to={paths.registry(id)}>
          <RegistryChip name={name} environment={environment} />
        </Link>
      </th>
      <td data-label={t('registries.column.in')}>{bytes(flow?.inBytesPerSecond ?? 0)}</td>
      <td data-label={t('registries.column.out')}>{bytes(flow?.outBytesPerSecond ?? 0)}</td>
      <td className={styles['hour']}>
        <LastHour registryId={id} throughput={throughput} />
      </td>
      {isSeen !== undefined ? null : (
        <>
          <td data-label={t('registries.column.running')}>{number(flow?.runningTasks ?? 0)}</td>
          <td data-label={t('registries.column.slots')}>
            {isBusy ? t('registries.slots', { in: flow.writing, out: flow.reading, all: flow.slots }) : '–'}
          </td>
        </>
      )}
      <td data-label={t('registries.column.failed')} data-failed={failed > 0}>
        {number(failed)}
      </td>
      <td data-label={t('registries.column.backoff')}>
        <Backoff until={backoffUntil(operations, registry)} />
      </td>
    </tr>
  );
}

function LastHour({ registryId, throughput }: { registryId: string; throughput: ThroughputHistory | undefined }) {
  const { t } = useTranslation('operations');
  const { rate } = useFormat();
  const steps = throughput?.registries.find((registry) => registry.registryId === registryId);
  if (steps === undefined) return <span className={styles['faint']}>–</span>;
  const { inBytesPerSecond, outBytesPerSecond } = steps;
  const label = t('registries.chart', {
    in: rate(Math.max(...inBytesPerSecond)),
    out: rate(Math.max(...outBytesPerSecond)),
  });
  return <Sparkline values={inBytesPerSecond} others={outBytesPerSecond} label={label} isSmall />;
}

function Backoff({ until }: { until: string | null }) {
  const { t } = useTranslation('operations');
  const { clock } = useFormat();
  const seconds = secondsUntil(until, useNow());
  if (seconds === undefined) return '–';
  return seconds > 0 ? clock(seconds) : t('failure.due');
}
