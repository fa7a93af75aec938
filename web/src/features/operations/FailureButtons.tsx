import ExpandMoreIcon from '@mui/icons-material/ExpandMore';
import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import type { Operations } from 'bff/contract/operations';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCan } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { taskDetail } from '../../domain/tasks/task-queries.ts';
import { isHeldReason, isOnHold } from '../../domain/tasks/task-status.ts';
import { paths } from '../../paths.ts';
import { MenuButton } from '../../ui/MenuButton.tsx';
import { toast } from '../../ui/toast.ts';
import { useRetryTasks } from './operations-queries.ts';
import styles from './operations.module.css';
import { useFailingPolicies, useFailurePauses } from './use-failure-pauses.ts';

type Failure = Operations['failures'][number];

/** What can be done about a cause: look at what it is about, leave it alone for a while, or try it now. */
export function FailureButtons({ failure }: { failure: Failure }) {
  const { t } = useTranslation('operations');
  const errorWords = useErrorWords();
  const canPush = useCan('artifact.push');
  const directory = useRegistryDirectory();
  const retry = useRetryTasks();
  const run = () =>
    retry.mutate(failure, {
      onSuccess: ({ retried, refused, waitsFor, left }) => {
        const all = retried + refused + left;
        const words = [
          left > 0
            ? t('failure.retriedSome', { count: retried, all })
            : retried > 0
              ? waitsFor === null
                ? t('failure.retried', { count: retried })
                : t('failure.retriedWaits', {
                    count: Math.max(retried, failure.taskCount - refused),
                    registry: directory.find(waitsFor).name,
                  })
              : null,
          refused > 0 ? t('failure.someNotRetried', { count: refused }) : null,
        ];
        toast({ message: words.filter(Boolean).join(' '), tone: refused + left > 0 ? 'warn' : 'ok' });
      },
      onError: (error) => toast({ message: errorWords(error).sentence, tone: 'danger' }),
    });
  return (
    <div className={styles['buttons']}>
      <CauseLink failure={failure} />
      <TasksLink failure={failure} />
      <PauseButton failure={failure} />
      {isHeldReason(failure.reason) ? (
        <Button variant="outlined" component={Link} to={paths.executions({ state: 'held' })}>
          {t('failure.decide')}
        </Button>
      ) : canPush && !isOnHold(failure.reason) ? (
        <Button variant="outlined" disabled={retry.isPending} onClick={run}>
          {t('failure.retry')}
        </Button>
      ) : null}
    </div>
  );
}

/** To where its tasks are shown together: the copy that they belong to, or the list of copies where there are several. */
function TasksLink({ failure }: { failure: Failure }) {
  const { t } = useTranslation('operations');
  const { taskIds, executionCount, policyIds, waitingCount } = failure;
  const [firstTaskId = ''] = taskIds;
  const isOneCopy = executionCount === 1;
  // A group names tasks only.
  const { data: first } = useQuery({ ...taskDetail(firstTaskId), enabled: isOneCopy && firstTaskId !== '' });
  const [policy] = useFailingPolicies(policyIds);
  const state = waitingCount > 0 ? 'waiting' : 'failed';
  const to = isOneCopy
    ? first && paths.execution(first.executionId, { state })
    : policy !== undefined && policyIds.length === 1
      ? paths.policy(policy.id, { tab: 'runs' })
      : paths.executions({ state: waitingCount > 0 ? 'waiting' : 'failed' });
  if (to === undefined) return null;
  return (
    <Button component={Link} to={to}>
      {t('failure.show')}
    </Button>
  );
}

/** The policies whose tasks fail here, each as a whole or only into this registry. */
function PauseButton({ failure }: { failure: Failure }) {
  const { t } = useTranslation('operations');
  const { actions, areAllPaused } = useFailurePauses(failure);
  if (actions.length === 0) return null;
  return (
    <MenuButton
      label={t(areAllPaused ? 'failure.resumes' : 'failure.pauses')}
      icon={<ExpandMoreIcon fontSize="small" />}
      hasText
      actions={actions}
    />
  );
}

/** To the registry that the reason names: it is repaired there, or put into maintenance so that nothing is tried. */
function CauseLink({ failure: { reason, sourceRegistryId, destinationRegistryId } }: { failure: Failure }) {
  const { t } = useTranslation('operations');
  const canRead = useCan('registry.read');
  const directory = useRegistryDirectory();
  const ends = [destinationRegistryId, sourceRegistryId].map((id) => directory.find(id));
  const { registry, registryId } = reason.params;
  const cause = ends.find(({ id, name }) => id === registryId || name === registry);
  if (!canRead || cause === undefined) return null;
  return (
    <Button component={Link} to={paths.registry(cause.id)}>
      {t('failure.registry', { registry: cause.name })}
    </Button>
  );
}
