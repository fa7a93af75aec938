import Button from '@mui/material/Button';
import type { RetentionRun } from 'bff/contract/retention';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { paths } from '../../paths.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { Sentence } from '../../ui/Sentence.tsx';
import { toast } from '../../ui/toast.ts';
import { useRetentionActions } from './retention-queries.ts';
import styles from './retention.module.css';

interface HeldRunProps {
  project: string;
  run: RetentionRun;
  /** Whether the reader may delete where the run would. */
  mayDecide: boolean;
  /** The tags are on the same page. */
  isHere?: boolean;
}

/** A run that would delete many at once: a person says yes or no. */
export function HeldRun({ project, run, mayDecide, isHere = false }: HeldRunProps) {
  const { t } = useTranslation('retention');
  const errorWords = useErrorWords();
  const reasonText = useReasonText();
  const [isAsking, setIsAsking] = useState(false);
  const { confirm, decline } = useRetentionActions(project);
  const { id, heldBack, deleteCount, createdAt } = run;
  const count = t('held.count', { count: deleteCount });
  return (
    <section className={styles['held']} aria-label={t('held.title')}>
      <strong>{t('held.title')}</strong>
      {heldBack === null ? null : <p>{reasonText(heldBack)}</p>}
      <p>
        {count} <Sentence text={t('held.asked')} parts={{ when: <RelativeTime instant={createdAt} /> }} />{' '}
        {isHere ? null : <Link to={paths.retentionRun(project, id)}>{t('held.list')}</Link>}
      </p>
      {mayDecide ? (
        <div className={styles['buttons']}>
          <Button variant="contained" color="error" onClick={() => setIsAsking(true)}>
            {t('held.yes')}
          </Button>
          <Button
            variant="outlined"
            disabled={decline.isPending}
            onClick={() =>
              decline.mutate(id, {
                onSuccess: () => toast({ message: t('held.declined'), tone: 'ok' }),
                onError: (error) => toast({ message: errorWords(error).sentence, tone: 'danger' }),
              })
            }
          >
            {t('held.no')}
          </Button>
        </div>
      ) : (
        <p className={styles['muted']}>{t('held.nobody')}</p>
      )}
      <ConfirmDialog
        isOpen={isAsking}
        title={t('held.confirmTitle')}
        confirmLabel={t('run.action', { count: deleteCount })}
        isDangerous
        typeToConfirm={project}
        isBusy={confirm.isPending}
        error={errorWords(confirm.error)}
        onConfirm={() =>
          confirm.mutate(id, {
            onSuccess: () => {
              setIsAsking(false);
              toast({ message: t('held.confirmed'), tone: 'ok' });
            },
          })
        }
        onClose={() => setIsAsking(false)}
      >
        {heldBack === null ? null : <p>{reasonText(heldBack)}</p>}
        <p>
          {count} {t('held.confirmWords')}
        </p>
      </ConfirmDialog>
    </section>
  );
}
