import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Policy } from 'bff/contract/policies';
import type { Execution } from 'bff/contract/replication';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { HeldQuestion } from '../../domain/held/HeldQuestion.tsx';
import { heldRunsQuery } from '../../domain/policy/held-runs.ts';
import { ReferenceText } from '../../domain/ReferenceText.tsx';
import { RegistryChip } from '../../domain/RegistryChip.tsx';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { taskPages } from '../../domain/tasks/task-queries.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { paths } from '../../paths.ts';
import { Sentence } from '../../ui/Sentence.tsx';
import { usePolicyActions } from './policies-queries.ts';
import styles from './policies.module.css';

/** A question names so many of the tags that would go. */
const NAMED = 100;

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
  const { confirm, refuse } = usePolicyActions();
  const { id, heldBack, planned, createdAt } = execution;
  const count = planned?.delete ?? 0;
  const touched = useHeldTags(id, count, mayDecide);
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
        touched={touched}
        typeToConfirm={policy.name}
        mayDecide={mayDecide}
        confirm={confirm}
        decline={refuse}
      />
    </div>
  );
}

/** The tags that would go, and how many there are besides those that are named. */
function useHeldTags(executionId: string, count: number, isWanted: boolean): ReactNode[] {
  const { t } = useTranslation('policies');
  const directory = useRegistryDirectory();
  const query = taskPages({ executionId, state: 'waiting', sort: 'state', limit: NAMED });
  const { data } = useInfiniteQuery({ ...query, enabled: isWanted });
  const named = (data?.pages[0]?.items ?? []).flatMap(({ id, kind, destination: { registryId, repository, tag } }) => {
    if (kind !== 'delete' || tag === null) return [];
    const { name, environment } = directory.find(registryId);
    return (
      <span key={id}>
        <ReferenceText repository={repository} reference={tag} /> <RegistryChip name={name} environment={environment} />
      </span>
    );
  });
  const besides = count - named.length;
  return named.length === 0 || besides <= 0 ? named : [...named, t('held.besides', { count: besides })];
}
