import MoreVertIcon from '@mui/icons-material/MoreVert';
import Button from '@mui/material/Button';
import type { RetentionPlan } from 'bff/contract/retention';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { useScheduleWords } from '../../domain/schedule-check.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { MenuButton } from '../../ui/MenuButton.tsx';
import { toast } from '../../ui/toast.ts';
import { HeldRun } from './HeldRun.tsx';
import { PlanWords, Where } from './PlanWords.tsx';
import { useRetentionActions } from './retention-queries.ts';
import styles from './retention.module.css';
import { isOpen } from './rule-words.ts';
import { RunDialog } from './RunDialog.tsx';
import { RunLine } from './RunLine.tsx';

interface PlanCardProps {
  project: string;
  plan: RetentionPlan;
  mayChange: boolean;
  mayDelete: boolean;
}

/** One plan as sentences, what waits for a word, and what its last run did. */
export function PlanCard({ project, plan, mayChange, mayDelete }: PlanCardProps) {
  const { t } = useTranslation('retention');
  const [asking, setAsking] = useState<'run' | 'remove' | null>(null);
  const { lastRun } = plan;
  const isBusy = lastRun !== null && isOpen(lastRun);
  return (
    <article className={styles['plan']} data-off={!plan.isEnabled}>
      <header className={styles['planHead']}>
        <div className={styles['chips']}>
          <Where environment={plan.environment} />
          {plan.isEnabled ? null : <span className={styles['badge']}>{t('off')}</span>}
        </div>
        <div className={styles['buttons']}>
          {mayDelete && plan.isEnabled ? (
            <Button variant="outlined" disabled={isBusy} onClick={() => setAsking('run')}>
              {t('plan.run')}
            </Button>
          ) : null}
          {mayChange ? (
            <>
              <Button component={Link} to={paths.editRetentionPlan(project, plan.id)}>
                {t('plan.edit')}
              </Button>
              <MenuButton
                label={t('plan.remove')}
                icon={<MoreVertIcon fontSize="small" />}
                actions={[{ key: 'remove', label: t('plan.remove'), onChoose: () => setAsking('remove') }]}
              />
            </>
          ) : null}
        </div>
      </header>
      <PlanWords plan={plan} />
      <Times plan={plan} />
      {lastRun === null ? null : lastRun.state === 'held' ? (
        <HeldRun project={project} run={lastRun} mayDecide={mayDelete} />
      ) : (
        <div className={styles['last']}>
          <span className={styles['muted']}>{t('last')}</span> <RunLine project={project} run={lastRun} />
        </div>
      )}
      {asking === 'run' ? <RunDialog project={project} plan={plan} onClose={() => setAsking(null)} /> : null}
      {asking === 'remove' ? <RemoveDialog project={project} plan={plan} onClose={() => setAsking(null)} /> : null}
    </article>
  );
}

function Times({ plan: { schedule, nextRunAt } }: { plan: RetentionPlan }) {
  const { t } = useTranslation('retention');
  const { moment } = useFormat();
  const words = useScheduleWords(schedule);
  if (schedule === null) return <p className={styles['muted']}>{t('byHand')}</p>;
  return (
    <p className={styles['muted']}>
      {words ?? schedule.cron} ({schedule.timeZone})
      {nextRunAt === null ? null : ` · ${t('next', { when: moment(nextRunAt) })}`}
    </p>
  );
}

function RemoveDialog({ project, plan, onClose }: { project: string; plan: RetentionPlan; onClose: () => void }) {
  const { t } = useTranslation('retention');
  const errorWords = useErrorWords();
  const { remove } = useRetentionActions(project);
  return (
    <ConfirmDialog
      isOpen
      title={t('plan.removeTitle')}
      confirmLabel={t('plan.removeAction')}
      isDangerous
      isBusy={remove.isPending}
      error={errorWords(remove.error)}
      onConfirm={() =>
        remove.mutate(plan.id, {
          onSuccess: () => {
            toast({ message: t('plan.removed'), tone: 'ok' });
            onClose();
          },
        })
      }
      onClose={onClose}
    >
      <Where environment={plan.environment} />
      <PlanWords plan={plan} />
      <p>{t('plan.removeWords')}</p>
    </ConfirmDialog>
  );
}
