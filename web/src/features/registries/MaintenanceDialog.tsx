import TextField from '@mui/material/TextField';
import type { Registry } from 'bff/contract/registries';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { isInMaintenance } from '../../domain/maintenance.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { toast } from '../../ui/toast.ts';
import { fieldOfTime, findUntilProblem, minutesFrom, type UntilProblem, usualMinutes } from './maintenance-time.ts';
import { useRegistryActions } from './registry-queries.ts';
import styles from './registries.module.css';

const MOST_CHARACTERS = 200;
const FIRST_MINUTES = 60;

/** Until when, and what people and `docker` are told; or a later end for one that has begun. */
export function MaintenanceDialog({ registry, onClose }: { registry: Registry; onClose: () => void }) {
  const { t } = useTranslation('registries');
  const { duration } = useFormat();
  const errorWords = useErrorWords();
  const { beginMaintenance } = useRegistryActions(registry.id);
  const { name, maintenance } = registry;
  const [until, setUntil] = useState(() => firstUntil(maintenance));
  const [message, setMessage] = useState(maintenance?.message ?? '');
  const [problem, setProblem] = useState<UntilProblem | null>(null);
  const choose = (field: string) => {
    setUntil(field);
    setProblem(null);
  };
  const begin = () => {
    const found = findUntilProblem(until, new Date());
    setProblem(found);
    if (found !== null) return;
    beginMaintenance.mutate(
      { until: new Date(until).toISOString(), message: message.trim() },
      {
        onSuccess: () => {
          toast({ message: t('maintenance.started', { name }), tone: 'ok' });
          onClose();
        },
      },
    );
  };
  return (
    <ConfirmDialog
      isOpen
      title={t('maintenance.beginTitle', { name })}
      touched={[t('maintenance.touches.writes'), t('maintenance.touches.copies'), t('maintenance.touches.reads')]}
      confirmLabel={t(maintenance === null ? 'maintenance.begin' : 'maintenance.change')}
      isBusy={beginMaintenance.isPending}
      error={errorWords(beginMaintenance.error)}
      onConfirm={begin}
      onClose={onClose}
    >
      <div className={`${styles['group']} ${styles['inDialog']}`}>
        <TextField
          type="datetime-local"
          label={t('maintenance.untilLabel')}
          value={until}
          onChange={(event) => choose(event.target.value)}
          error={problem !== null}
          helperText={problem === null ? t('maintenance.untilHint') : t(`maintenance.problem.${problem}`)}
          slotProps={{ inputLabel: { shrink: true } }}
        />
        <div className={styles['choices']} role="group" aria-label={t('maintenance.usual')}>
          {usualMinutes.map((minutes) => (
            <button
              key={minutes}
              type="button"
              className={styles['choice']}
              onClick={() => choose(fieldOfTime(minutesFrom(new Date(), minutes)))}
            >
              {duration(minutes * 60_000)}
            </button>
          ))}
        </div>
        <TextField
          label={t('maintenance.message')}
          value={message}
          onChange={(event) => setMessage(event.target.value)}
          placeholder={t('maintenance.messagePlaceholder')}
          helperText={t('maintenance.messageHint')}
          slotProps={{ inputLabel: { shrink: true }, htmlInput: { maxLength: MOST_CHARACTERS } }}
        />
      </div>
    </ConfirmDialog>
  );
}

/** The end of the maintenance that is changed, else an hour from now. */
function firstUntil(maintenance: Registry['maintenance']): string {
  const now = new Date();
  const isChange = isInMaintenance(maintenance, now.getTime());
  return fieldOfTime(isChange ? new Date(maintenance.until) : minutesFrom(now, FIRST_MINUTES));
}
