import ExpandMoreIcon from '@mui/icons-material/ExpandMore';
import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import type { Operations } from 'bff/contract/operations';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCan } from '../../domain/account.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { taskDetail } from '../../domain/tasks/task-queries.ts';
import { isHeldReason } from '../../domain/tasks/task-status.ts';
import { paths } from '../../paths.ts';
import { MenuButton } from '../../ui/MenuButton.tsx';
import { toast } from '../../ui/toast.ts';
import { useRetryTasks } from './operations-queries.ts';
import styles from './operations.module.css';
import { useFailurePauses } from './use-failure-pauses.ts';

type Failure = Operations['failures'][number];

/** What can be done about a cause: look at what it is about, leave it alone for a while, or try it now. */
export function FailureButtons({ failure }: { failure: Failure }) {
  const { t } = useTranslation('operations');
  const canPush = useCan('artifact.push');
  const retry = useRetryTasks();
  const [firstTaskId = ''] = failure.taskIds;
  // A group names tasks only; the copy they belong to is where they are shown together.
  const { data: first } = useQuery({ ...taskDetail(firstTaskId), enabled: firstTaskId !== '' });
  const run = () =>
    retry.mutate(failure.taskIds, {
      onSuccess: ({ retried, refused }) => {
        const words = [
          retried > 0 ? t('failure.retried', { count: retried }) : null,
          refused > 0 ? t('failure.someNotRetried', { count: refused }) : null,
        ];
        toast({ message: words.filter(Boolean).join(' '), tone: refused > 0 ? 'warn' : 'ok' });
      },
    });
  return (
    <div className={styles['buttons']}>
      <CauseLink failure={failure} />
      {first === undefined ? null : (
        <Button
          component={Link}
          to={paths.execution(first.executionId, { state: failure.waitingCount > 0 ? 'waiting' : 'failed' })}
        >
          {t('failure.show')}
        </Button>
      )}
      <PauseButton failure={failure} />
      {isHeldReason(failure.reason) ? (
        <Button variant="outlined" component={Link} to={paths.executions({ state: 'held' })}>
          {t('failure.decide')}
        </Button>
      ) : canPush ? (
        <Button variant="outlined" disabled={retry.isPending} onClick={run}>
          {t('failure.retry')}
        </Button>
      ) : null}
    </div>
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
