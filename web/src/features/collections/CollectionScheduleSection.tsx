import Button from '@mui/material/Button';
import type { CollectionSchedule } from 'bff/contract/collections';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/api-error.ts';
import { useCan } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { useDraftSchedule, useScheduleWrong } from '../../domain/schedule-check.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { toast } from '../../ui/toast.ts';
import { limitOf, USUAL_MINUTES } from './collection-words.ts';
import { useCollectionActions } from './collections-queries.ts';
import styles from './collections.module.css';

interface CollectionScheduleSectionProps {
  registryId: string;
  schedule: CollectionSchedule | null;
}

export function CollectionScheduleSection({ registryId, schedule }: CollectionScheduleSectionProps) {
  const { t } = useTranslation('collections');
  const { moment } = useFormat();
  const errorWords = useErrorWords();
  const canManage = useCan('registry.manage');
  const { setSchedule } = useCollectionActions(registryId);
  const [isEditing, setEditing] = useState(false);
  return (
    <section className={styles['section']} aria-labelledby="collection-schedule">
      <div className={styles['sectionHead']}>
        <h2 id="collection-schedule">{t('schedule.title')}</h2>
      </div>
      {schedule === null ? (
        <p className={styles['muted']}>{t('schedule.none')}</p>
      ) : (
        <>
          <p>
            <code>{schedule.cron}</code> {schedule.timeZone}
          </p>
          <p className={styles['muted']}>
            {t('schedule.next')} {moment(schedule.nextAt)}
            {schedule.setBy === null ? null : ` · ${t('schedule.setBy', { who: schedule.setBy })}`}
          </p>
        </>
      )}
      {canManage ? (
        <div className={styles['buttons']}>
          <Button variant="outlined" onClick={() => setEditing(true)}>
            {t(schedule === null ? 'schedule.add' : 'schedule.change')}
          </Button>
          {schedule === null ? null : (
            <Button
              disabled={setSchedule.isPending}
              onClick={() =>
                setSchedule.mutate(null, {
                  onSuccess: () => toast({ message: t('schedule.removed'), tone: 'ok' }),
                  onError: (error) => toast({ message: errorWords(error).sentence, tone: 'danger' }),
                })
              }
            >
              {t('schedule.remove')}
            </Button>
          )}
        </div>
      ) : null}
      {isEditing ? (
        <ScheduleDialog registryId={registryId} schedule={schedule} onClose={() => setEditing(false)} />
      ) : null}
    </section>
  );
}

function ScheduleDialog({
  registryId,
  schedule,
  onClose,
}: CollectionScheduleSectionProps & { readonly onClose: () => void }) {
  const { t } = useTranslation('collections');
  const errorWords = useErrorWords();
  const { setSchedule } = useCollectionActions(registryId);
  const [values, setValues] = useState({
    cron: schedule?.cron ?? '30 2 * * 0',
    timeZone: schedule?.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
    limit: String(schedule?.limitMinutes ?? USUAL_MINUTES),
  });
  const limitMinutes = limitOf(values.limit);
  const sent = setSchedule.variables;
  const isAsSent = sent?.cron === values.cron && sent.timeZone === values.timeZone;
  const wrong = wrongFields(isAsSent ? setSchedule.error : null);
  const typing = useScheduleWrong()(useDraftSchedule(values));
  const isOfField = wrong.has('cron') || wrong.has('timeZone');
  return (
    <ConfirmDialog
      isOpen
      title={t('schedule.title')}
      confirmLabel={t('schedule.save')}
      isBusy={setSchedule.isPending}
      error={isOfField || !isAsSent ? null : errorWords(setSchedule.error)}
      onConfirm={() => {
        if (limitMinutes === undefined || Object.keys(typing).length > 0) return;
        const { cron, timeZone } = values;
        setSchedule.mutate(
          { cron, timeZone, limitMinutes },
          {
            onSuccess: () => {
              toast({ message: t('schedule.saved'), tone: 'ok' });
              onClose();
            },
          },
        );
      }}
      onClose={onClose}
    >
      <div className={styles['fields']}>
        <Field
          label={t('schedule.cron')}
          hint={t('schedule.cronHint')}
          error={typing.cron ?? (wrong.has('cron') ? t('schedule.wrongCron') : null)}
          spellCheck={false}
          autoComplete="off"
          value={values.cron}
          onChange={(event) => setValues({ ...values, cron: event.target.value })}
        />
        <Field
          label={t('schedule.timeZone')}
          error={typing.timeZone ?? (wrong.has('timeZone') ? t('schedule.wrongTimeZone') : null)}
          spellCheck={false}
          autoComplete="off"
          value={values.timeZone}
          onChange={(event) => setValues({ ...values, timeZone: event.target.value })}
        />
        <Field
          label={t('start.limit')}
          error={limitMinutes === undefined ? t('start.limitWrong') : null}
          inputMode="numeric"
          value={values.limit}
          onChange={(event) => setValues({ ...values, limit: event.target.value })}
        />
      </div>
    </ConfirmDialog>
  );
}

function wrongFields(error: Error | null): ReadonlySet<string> {
  const fields = error instanceof ApiError ? (error.problem?.fields ?? []) : [];
  return new Set(fields.map(({ path }) => path.replace(/^schedule\./, '')));
}
