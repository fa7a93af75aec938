import MoreVertIcon from '@mui/icons-material/MoreVert';
import IconButton from '@mui/material/IconButton';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import type { Registry } from 'bff/contract/registries';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { isInMaintenance, useMaintenanceWords } from '../../domain/maintenance.ts';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { EnvironmentChip } from '../../domain/RegistryChip.tsx';
import { useNow } from '../../i18n/now.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { StatusDot } from '../../ui/StatusDot.tsx';
import type { Column } from '../../ui/table-columns.ts';
import { toast } from '../../ui/toast.ts';
import { healthTone, latencyMs, missingCapabilities, worstEndpoint } from './registry-health.ts';
import { useRegistryActions } from './registry-queries.ts';
import styles from './registries.module.css';

interface RegistryColumnsOptions {
  canManage: boolean;
  onEdit: (registryId: string) => void;
  onRemove: (registryId: string) => void;
}

export function useRegistryColumns({ canManage, onEdit, onRemove }: RegistryColumnsOptions): Column<Registry>[] {
  const { t } = useTranslation('registries');
  const { number, bytes } = useFormat();
  return useMemo(
    (): Column<Registry>[] => [
      {
        key: 'name',
        header: t('column.name'),
        narrow: 'title',
        grow: 2,
        minWidth: 160,
        cell: ({ id, name }) => (
          <Link to={paths.registry(id)} className={styles['name']}>
            <bdi>{name}</bdi>
          </Link>
        ),
      },
      {
        key: 'environment',
        header: t('column.environment'),
        width: 130,
        narrow: 'end',
        cell: ({ environment }) => <EnvironmentChip environment={environment} />,
      },
      {
        key: 'health',
        header: t('column.endpoints'),
        grow: 3,
        minWidth: 220,
        cell: (registry) => <Health registry={registry} />,
      },
      {
        key: 'repositories',
        header: t('column.repositories'),
        width: 104,
        align: 'end',
        narrow: 'hidden',
        cell: ({ catalog }) => number(catalog.repositoryCount),
      },
      {
        key: 'tags',
        header: t('column.tags'),
        width: 84,
        align: 'end',
        narrow: 'hidden',
        cell: ({ catalog }) => number(catalog.tagCount),
      },
      {
        key: 'size',
        header: t('column.size'),
        width: 92,
        align: 'end',
        cell: ({ catalog }) => bytes(catalog.sizeBytes),
      },
      {
        key: 'scanned',
        header: t('column.scanned'),
        width: 140,
        align: 'end',
        narrow: 'hidden',
        cell: (registry) => <ScanAge registry={registry} />,
      },
      {
        key: 'missing',
        header: t('column.missing'),
        grow: 2,
        minWidth: 190,
        narrow: 'hidden',
        cell: (registry) => <Missing registry={registry} />,
      },
      ...(canManage
        ? [
            {
              key: 'menu',
              header: t('column.menu'),
              headerContent: <span className="visually-hidden">{t('column.menu')}</span>,
              width: 48,
              narrow: 'hidden',
              cell: (registry: Registry) => <RowMenu registry={registry} onEdit={onEdit} onRemove={onRemove} />,
            } satisfies Column<Registry>,
          ]
        : []),
    ],
    [t, number, bytes, canManage, onEdit, onRemove],
  );
}

const MINUTE_MS = 60_000;

/** The state and, where it is not well, why: the reason is the first thing one wants to know. */
function Health({ registry }: { registry: Registry }) {
  const { t } = useTranslation('registries');
  const { duration, moment } = useFormat();
  const reasonText = useReasonText();
  const nowMs = useNow(MINUTE_MS);
  const { endpoints, health, maintenance } = registry;
  const rest = useMaintenanceWords()(registry);
  const worst = worstEndpoint(registry);
  const latency = latencyMs(registry);
  const up = endpoints.filter(({ state }) => state === 'up').length;
  const reason = worst?.reason == null ? null : reasonText(worst.reason);
  const details = [
    rest === null && isInMaintenance(maintenance, nowMs)
      ? t('maintenance.until', { time: moment(maintenance.until) })
      : null,
    endpoints.length > 1 ? t('endpointsUp', { up, count: endpoints.length }) : null,
    reason ?? (latency === undefined ? null : duration(latency)),
  ].filter((part) => part !== null);
  return (
    <span className={styles['health']} title={reason ?? undefined}>
      <StatusDot tone={rest === null ? healthTone(health) : 'neutral'} label={rest ?? t(`health.${health}`)} />
      <span className={styles['muted']}>{details.join(' · ')}</span>
    </span>
  );
}

export function ScanAge({ registry: { catalog } }: { registry: Registry }) {
  const { t } = useTranslation('registries');
  const reasonText = useReasonText();
  if (catalog.scanState === 'running') return <span className={styles['active']}>{t('scanning')}</span>;
  const age = catalog.scannedAt === null ? t('neverScanned') : <RelativeTime instant={catalog.scannedAt} />;
  if (catalog.scanState === 'idle') return age;
  return (
    <span
      className={styles['warn']}
      title={catalog.scanReason === null ? t('scanFailed') : reasonText(catalog.scanReason)}
    >
      {t('scanFailed')}
    </span>
  );
}

function Missing({ registry }: { registry: Registry }) {
  const { t } = useTranslation('registries');
  const reasonText = useReasonText();
  return (
    <span className={styles['marks']}>
      {missingCapabilities(registry).map(({ name, reason }) => (
        <span key={name} className={styles['mark']} title={reason === null ? undefined : reasonText(reason)}>
          {t(`capabilityShort.${name}`)}
        </span>
      ))}
    </span>
  );
}

interface RowMenuProps {
  registry: Registry;
  onEdit: (registryId: string) => void;
  onRemove: (registryId: string) => void;
}

function RowMenu({ registry, onEdit, onRemove }: RowMenuProps) {
  const { t } = useTranslation('registries');
  const errorWords = useErrorWords();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const { scan, probe } = useRegistryActions(registry.id);
  const choose = (action: () => void) => () => {
    setAnchor(null);
    action();
  };
  const onError = (error: Error) => toast({ message: errorWords(error).sentence, tone: 'danger' });
  const isManaged = registry.managedBy === 'configuration';
  return (
    <>
      <IconButton
        aria-label={t('actions', { name: registry.name })}
        aria-haspopup="menu"
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        <MoreVertIcon fontSize="small" />
      </IconButton>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        <MenuItem
          onClick={choose(() =>
            scan.mutate(undefined, { onError, onSuccess: () => toast({ message: t('scanStarted', registry) }) }),
          )}
        >
          {t('scanNow')}
        </MenuItem>
        <MenuItem onClick={choose(() => probe.mutate(undefined, { onError }))}>{t('checkNow')}</MenuItem>
        {isManaged ? null : <MenuItem onClick={choose(() => onEdit(registry.id))}>{t('edit')}</MenuItem>}
        {isManaged ? null : <MenuItem onClick={choose(() => onRemove(registry.id))}>{t('remove')}</MenuItem>}
        {isManaged ? <li className={styles['menuNote']}>{t('managedByConfiguration')}</li> : null}
      </Menu>
    </>
  );
}
