import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import type { Policy } from 'bff/contract/policies';
import type { Execution } from 'bff/contract/replication';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { heldRunsQuery } from '../../domain/policy/held-runs.ts';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { paths } from '../../paths.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { Sentence } from '../../ui/Sentence.tsx';
import { toast } from '../../ui/toast.ts';
import { usePolicyActions } from './policies-queries.ts';
import styles from './policies.module.css';

interface HeldBackProps {
  policy: Policy;
  /** Whether the reader may delete at the destinations. */
  mayDecide: boolean;
}

/** Runs whose deletions were held back because they are many: a person says yes or no. */
export function HeldBack({ policy, mayDecide }: HeldBackProps) {
  const { data } = useQuery(heldRunsQuery(policy.id));
  return data?.items.map((execution) => (
    <HeldExecution key={execution.id} policy={policy} execution={execution} mayDecide={mayDecide} />
  ));
}

export const isHeldBack = ({ heldBack, state }: Execution): boolean => heldBack !== null && state === 'running';

function HeldExecution({ policy, execution, mayDecide }: HeldBackProps & { execution: Execution }) {
  const { t } = useTranslation('policies');
  const errorWords = useErrorWords();
  const reasonText = useReasonText();
  const directory = useRegistryDirectory();
  const [isAsking, setIsAsking] = useState(false);
  const { confirm, refuse } = usePolicyActions();
  const { id, heldBack, planned, createdAt } = execution;
  const count = planned?.delete ?? 0;
  return (
    <section className={styles['held']} aria-label={t('held.title')}>
      <strong>{t('held.title')}</strong>
      {heldBack === null ? null : <p>{reasonText(heldBack)}</p>}
      <p>
        {count === 0 ? null : t('held.count', { count })}{' '}
        <Sentence text={t('held.when')} parts={{ when: <RelativeTime instant={createdAt} /> }} />{' '}
        <Link to={paths.execution(id)}>{t('held.list')}</Link>
      </p>
      {mayDecide ? (
        <div className={styles['buttons']}>
          <Button variant="contained" color="error" onClick={() => setIsAsking(true)}>
            {t('held.yes')}
          </Button>
          <Button
            variant="outlined"
            disabled={refuse.isPending}
            onClick={() =>
              refuse.mutate(id, {
                onSuccess: () => toast({ message: t('held.refused'), tone: 'ok' }),
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
        touched={execution.destinationRegistryIds.map((registryId) => directory.find(registryId).name)}
        confirmLabel={t('held.yes')}
        isDangerous
        typeToConfirm={policy.name}
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
        {heldBack === null ? null : reasonText(heldBack)} {t('held.count', { count })}
      </ConfirmDialog>
    </section>
  );
}
