import Button from '@mui/material/Button';
import type { Registry } from 'bff/contract/registries';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { isInMaintenance } from '../../domain/maintenance.ts';
import { useNow } from '../../i18n/now.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { toast } from '../../ui/toast.ts';
import { MaintenanceDialog } from './MaintenanceDialog.tsx';
import { RegistryDrain } from './RegistryCollections.tsx';
import { useRegistryActions } from './registry-queries.ts';
import styles from './registries.module.css';

const HALF_MINUTE_MS = 30_000;

/** Whether the registry takes writes now, and the way to change that. */
export function RegistryMaintenance({ registry }: { registry: Registry }) {
  const { t } = useTranslation('registries');
  const { moment } = useFormat();
  const canManage = useCan('registry.manage');
  const [asked, setAsked] = useState<'begin' | 'end' | null>(null);
  const nowMs = useNow(HALF_MINUTE_MS);
  const { maintenance } = registry;
  const isActive = isInMaintenance(maintenance, nowMs);
  return (
    <section className={styles['section']} aria-labelledby="registry-maintenance">
      <div className={styles['sectionHead']}>
        <h2 id="registry-maintenance">{t('maintenance.title')}</h2>
        <span role="status">
          {isActive ? (
            <StatusDot tone="neutral" label={t('maintenance.until', { time: moment(maintenance.until) })} />
          ) : null}
        </span>
      </div>
      {isActive ? (
        <>
          {maintenance.message === '' ? null : <p className={styles['quote']}>{maintenance.message}</p>}
          <p className={styles['muted']}>
            {maintenance.startedBy === null
              ? t('maintenance.begun')
              : t('maintenance.begunBy', { who: maintenance.startedBy })}{' '}
            <RelativeTime instant={maintenance.startedAt} />
          </p>
          <RegistryDrain registryId={registry.id} />
        </>
      ) : (
        <p className={styles['muted']}>{t('maintenance.none')}</p>
      )}
      {canManage ? (
        <div className={styles['buttons']}>
          <Button variant="outlined" onClick={() => setAsked(isActive ? 'end' : 'begin')}>
            {t(isActive ? 'maintenance.end' : 'maintenance.begin')}
          </Button>
          {isActive ? <Button onClick={() => setAsked('begin')}>{t('maintenance.change')}</Button> : null}
        </div>
      ) : null}
      {asked === 'begin' ? <MaintenanceDialog registry={registry} onClose={() => setAsked(null)} /> : null}
      {asked === 'end' ? <EndDialog registry={registry} onClose={() => setAsked(null)} /> : null}
    </section>
  );
}

function EndDialog({ registry, onClose }: { registry: Registry; onClose: () => void }) {
  const { t } = useTranslation('registries');
  const errorWords = useErrorWords();
  const { endMaintenance } = useRegistryActions(registry.id);
  const { name } = registry;
  return (
    <ConfirmDialog
      isOpen
      title={t('maintenance.endTitle', { name })}
      confirmLabel={t('maintenance.end')}
      isBusy={endMaintenance.isPending}
      error={errorWords(endMaintenance.error)}
      onConfirm={() =>
        endMaintenance.mutate(undefined, {
          onSuccess: () => {
            toast({ message: t('maintenance.ended', { name }), tone: 'ok' });
            onClose();
          },
        })
      }
      onClose={onClose}
    >
      <p>{t('maintenance.endWords')}</p>
    </ConfirmDialog>
  );
}
