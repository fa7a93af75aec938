import { useQueries, useQuery } from '@tanstack/react-query';
import type { Policy } from 'bff/contract/policies';
import { type Execution, listTasks } from 'bff/contract/replication';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { HeldQuestion } from '../../domain/held/HeldQuestion.tsx';
import { heldRunsQuery } from '../../domain/policy/held-runs.ts';
import { ReferenceText } from '../../domain/ReferenceText.tsx';
import { RegistryChip } from '../../domain/RegistryChip.tsx';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
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

/** Runs whose deletions were held back because they are many: a person says yes or no, to all of them at once. */
export function HeldBack({ policy, mayDecide }: HeldBackProps) {
  const { data } = useQuery(heldRunsQuery(policy.id));
  const held = data?.items ?? [];
  if (held.length === 0) return null;
  // Another one that comes closes the dialog: nobody says yes to what they have not seen.
  return <RunsQuestion key={held.map(({ id }) => id).join(' ')} policy={policy} held={held} mayDecide={mayDecide} />;
}

export const isHeldBack = ({ heldBack, state }: Execution): boolean => heldBack !== null && state === 'running';

function RunsQuestion({ policy, held, mayDecide }: HeldBackProps & { held: readonly Execution[] }) {
  const { t } = useTranslation('policies');
  const { confirm, refuse } = usePolicyActions();
  const [only, another] = held;
  const isOne = another === undefined;
  const count = held.reduce((sum, { planned }) => sum + (planned?.delete ?? 0), 0);
  const touched = useHeldTags(held, count, mayDecide);
  return (
    <div className={styles['held']}>
      <HeldQuestion
        about={held.map(({ id }) => id)}
        heldBack={isOne ? (only?.heldBack ?? null) : null}
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
            <p>{count === 0 ? null : t('held.count', { count })}</p>
            {held.map((execution) => (
              <p key={execution.id}>
                <RunLine execution={execution} isOne={isOne} />
              </p>
            ))}
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

function RunLine({ execution: { id, planned, createdAt }, isOne }: { execution: Execution; isOne: boolean }) {
  const { t } = useTranslation('policies');
  const text = isOne ? t('held.when') : t('held.run', { count: planned?.delete ?? 0 });
  return (
    <>
      <Sentence text={text} parts={{ when: <RelativeTime instant={createdAt} /> }} />{' '}
      <Link to={paths.execution(id)}>{t('held.list')}</Link>
    </>
  );
}

/** The tags that would go, and how many there are besides those that are named. */
function useHeldTags(held: readonly Execution[], count: number, isWanted: boolean): ReactNode[] {
  const { t } = useTranslation('policies');
  const directory = useRegistryDirectory();
  const answers = useQueries({
    queries: held.map(({ id: executionId }) => ({
      ...endpointQuery(listTasks, { query: { executionId, state: 'waiting', sort: 'state', limit: NAMED } }),
      enabled: isWanted,
    })),
  });
  const tags = answers
    .flatMap(({ data }) => data?.items ?? [])
    .filter(({ kind, destination }) => kind === 'delete' && destination.tag !== null);
  const named = tags.slice(0, NAMED).map(({ id, destination: { registryId, repository, tag } }) => {
    const { name, environment } = directory.find(registryId);
    return (
      <span key={id}>
        <ReferenceText repository={repository} reference={tag ?? ''} />{' '}
        <RegistryChip name={name} environment={environment} />
      </span>
    );
  });
  const besides = count - named.length;
  return named.length === 0 || besides <= 0 ? named : [...named, t('held.besides', { count: besides })];
}
