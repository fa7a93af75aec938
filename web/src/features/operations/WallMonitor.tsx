import type { Operations } from 'bff/contract/operations';
import type { Task } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { useCurrentFigures } from '../../domain/current-figures.ts';
import { PausedPolicies } from '../../domain/policy/PausedPolicies.tsx';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { ReferenceText } from '../../domain/ReferenceText.tsx';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { Joined } from '../../domain/tasks/Joined.tsx';
import { RouteText } from '../../domain/tasks/RouteText.tsx';
import { liveFigures } from '../../domain/tasks/task-figures.ts';
import { isHeldReason, isOnHold, taskTone } from '../../domain/tasks/task-status.ts';
import { TaskNote } from '../../domain/tasks/TaskNote.tsx';
import { TaskProgressCell } from '../../domain/tasks/TaskProgressCell.tsx';
import { TaskState } from '../../domain/tasks/TaskState.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { FailureList } from './FailureList.tsx';
import { FlowStrip } from './FlowStrip.tsx';
import { countActive, useActiveTasks } from './operations-queries.ts';
import { RegistryTable } from './RegistryTable.tsx';
import { TopologySection } from './TopologySection.tsx';
import { useFitting } from './use-fitting.ts';
import styles from './wall.module.css';

/** More than any wall has room for. */
const MOST_TASKS = 40;

/** All of it on one screen: failures first, and of what has no room how much it is. */
export function WallMonitor({ operations }: { operations: Operations }) {
  return (
    <div className={styles['monitor']}>
      <WallFailures operations={operations} />
      <FlowStrip operations={operations} />
      <div className={styles['middle']}>
        <WallTasks operations={operations} />
        <WallRegistries operations={operations} />
      </div>
      <TopologySection operations={operations} hasControls={false} />
    </div>
  );
}

function WallFailures({ operations: { failures, routes } }: { operations: Operations }) {
  const { t } = useTranslation('operations');
  const { registries } = useRegistryDirectory();
  const failing = failures.filter(({ reason }) => !isOnHold(reason));
  const [box, fitting] = useFitting<HTMLDivElement>(failing.length);
  const hidden = failing.length - fitting;
  // The head says already that all is well.
  const isCalm = failing.length === 0 && registries.every(({ health }) => health === 'up' || health === 'unknown');
  return (
    <>
      {isCalm ? null : (
        <div className={styles['failures']} ref={box}>
          <FailureList failures={failing} routes={routes} hasControls={false} />
        </div>
      )}
      {hidden === 0 ? null : <p className={styles['more']}>{t('wall.moreCauses', { count: hidden })}</p>}
      <WallHolds failures={failures.filter(({ reason }) => isOnHold(reason))} />
      <PausedPolicies className={styles['hold']} isLinked={false} />
    </>
  );
}

/** What somebody holds, a line for each kind of it: it is no failure, and what fails needs the room. */
function WallHolds({ failures }: Pick<Operations, 'failures'>) {
  const { t } = useTranslation('operations');
  const reasonText = useReasonText();
  const kinds = Map.groupBy(failures, ({ reason }) => reason.code);
  return [...kinds].map(([code, group]) => {
    const [first] = group;
    if (first === undefined) return null;
    const ids = (end: 'sourceRegistryId' | 'destinationRegistryId') => [...new Set(group.map((each) => each[end]))];
    return (
      <div key={code} className={styles['hold']}>
        <StatusDot tone="neutral" label={t('onHold')} />
        <span>{t('failure.tasks', { count: group.reduce((sum, { taskCount }) => sum + taskCount, 0) })}</span>
        <RouteText sourceIds={ids('sourceRegistryId')} destinationIds={ids('destinationRegistryId')} shown={3} />
        <span>{reasonText(first.reason)}</span>
      </div>
    );
  });
}

function WallTasks({ operations }: { operations: Operations }) {
  const { t } = useTranslation('operations');
  const { data } = useActiveTasks();
  // Deletions that wait for a person's word are announced above; nothing of them moves.
  const tasks = data?.pages.flatMap(({ items }) => items).filter(({ reason }) => !isHeldReason(reason)) ?? [];
  const shown = tasks.slice(0, MOST_TASKS);
  const [box, fitting] = useFitting<HTMLUListElement>(shown.length);
  const remaining = countActive(operations) - fitting;
  return (
    <section className={styles['tasks']} aria-labelledby="copying-now">
      <div className={styles['sectionHead']}>
        <h2 id="copying-now">{t('tasks.title')}</h2>
        {remaining <= 0 || data === undefined ? null : (
          <span>{t(fitting === 0 ? 'failure.tasks' : 'tasks.more', { count: remaining })}</span>
        )}
      </div>
      {data !== undefined && shown.length === 0 && remaining <= 0 ? (
        <p className={styles['muted']}>{t('tasks.empty')}</p>
      ) : null}
      <ul ref={box}>
        {shown.map((task, index) => (
          <li key={task.id} className={styles['task']} data-fit={index < fitting}>
            <WallTask task={task} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function WallTask({ task }: { task: Task }) {
  const { t } = useTranslation('tasks');
  const { rate, clock } = useCurrentFigures();
  const { source, destination, etaSeconds } = task;
  const reasonText = useReasonText();
  const left = clock(etaSeconds);
  const isMoving = task.state === 'running';
  return (
    <>
      <ReferenceText repository={source.repository} reference={source.reference} isOneLine />
      {isMoving ? (
        <TaskProgressCell task={task} what={`${source.repository}:${source.reference}`} isShort />
      ) : (
        <TaskState task={task} />
      )}
      <RouteText sourceIds={[source.registryId]} destinationIds={[destination.registryId]} />
      <span
        className={styles['figures']}
        data-tone={taskTone(task)}
        title={task.reason === null ? undefined : reasonText(task.reason)}
      >
        {isMoving ? (
          <Joined
            parts={[
              rate(liveFigures(task).rateBytesPerSecond),
              left === null ? null : t('figures.remaining', { clock: left }),
            ]}
          />
        ) : (
          <TaskNote task={task} />
        )}
      </span>
    </>
  );
}

function WallRegistries({ operations }: { operations: Operations }) {
  const { t } = useTranslation('operations');
  const count = useRegistryDirectory().registries.length;
  const [box, fitting] = useFitting<HTMLElement>(count);
  return (
    <section className={styles['registries']} aria-labelledby="per-registry" ref={box}>
      <div className={styles['sectionHead']}>
        <h2 id="per-registry">{t('registries.title')}</h2>
        {fitting >= count ? null : <span>{t('tasks.more', { count: count - fitting })}</span>}
      </div>
      <RegistryTable operations={operations} fitting={fitting} />
    </section>
  );
}
