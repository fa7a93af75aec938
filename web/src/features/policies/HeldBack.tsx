import { useQuery } from '@tanstack/react-query';
import type { Policy } from 'bff/contract/policies';
import type { Execution } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { HeldQuestion } from '../../domain/held/HeldQuestion.tsx';
import { heldRunsQuery } from '../../domain/policy/held-runs.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { paths } from '../../paths.ts';
import { Sentence } from '../../ui/Sentence.tsx';
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
  const directory = useRegistryDirectory();
  const { confirm, refuse } = usePolicyActions();
  const { id, heldBack, planned, createdAt } = execution;
  const count = planned?.delete ?? 0;
  return (
    <div className={styles['held']}>
      <HeldQuestion
        id={id}
        heldBack={heldBack}
        words={{
          title: t('held.title'),
          yes: t('held.yes'),
          no: t('held.no'),
          nobody: t('held.nobody'),
          confirmTitle: t('held.confirmTitle'),
          confirmLabel: t('held.yes'),
          confirmed: t('held.confirmed'),
          declined: t('held.refused'),
        }}
        facts={
          <>
            {count === 0 ? null : t('held.count', { count })}{' '}
            <Sentence text={t('held.when')} parts={{ when: <RelativeTime instant={createdAt} /> }} />{' '}
            <Link to={paths.execution(id)}>{t('held.list')}</Link>
          </>
        }
        consequence={t('held.count', { count })}
        touched={execution.destinationRegistryIds.map((registryId) => directory.find(registryId).name)}
        typeToConfirm={policy.name}
        mayDecide={mayDecide}
        confirm={confirm}
        decline={refuse}
      />
    </div>
  );
}
