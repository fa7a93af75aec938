import { useQuery } from '@tanstack/react-query';
import type { Execution } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCan } from '../../domain/account.ts';
import { ReferenceText } from '../../domain/ReferenceText.tsx';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { executionAsKnown } from '../../domain/tasks/known-activity.ts';
import { useLiveTasks } from '../../domain/tasks/task-queries.ts';
import { ExecutionState } from '../../domain/tasks/TaskState.tsx';
import { MarkedName } from '../../domain/tasks/MarkedName.tsx';
import { workOfExecution } from '../../domain/tasks/work-kind.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { paths } from '../../paths.ts';
import { recentExecutions } from './registry-queries.ts';
import styles from './registries.module.css';

const SHOWN = 8;

/** The latest copies that read or write this registry. */
export function RegistryExecutions({ registryId }: { registryId: string }) {
  const { t } = useTranslation(['registries', 'tasks']);
  const canRead = useCan('replication.read');
  const { data } = useQuery({ ...recentExecutions(), enabled: canRead });
  useLiveTasks();
  if (!canRead || data === undefined) return null;
  const shown = data.items.filter((execution) => directionOf(execution, registryId) !== undefined).slice(0, SHOWN);
  return (
    <section className={styles['section']} aria-labelledby="registry-executions">
      <div className={styles['sectionHead']}>
        <h2 id="registry-executions">{t('detail.executions')}</h2>
      </div>
      {shown.length === 0 ? (
        <p className={styles['muted']}>{t('detail.noExecutions')}</p>
      ) : (
        <ul className={styles['rows']}>
          {shown.map((execution) => (
            <ExecutionRow key={execution.id} execution={execution} registryId={registryId} />
          ))}
        </ul>
      )}
    </section>
  );
}

function ExecutionRow({ execution, registryId }: { execution: Execution; registryId: string }) {
  const { t } = useTranslation('registries');
  const directory = useRegistryDirectory();
  const [first] = execution.sample;
  const direction = directionOf(execution, registryId);
  return (
    <li className={styles['execution']}>
      <Link to={paths.execution(execution.id)}>
        <MarkedName work={workOfExecution(execution)}>
          {first === undefined ? (
            execution.id
          ) : (
            <ReferenceText repository={first.repository} reference={first.reference} isOneLine />
          )}
        </MarkedName>
      </Link>
      <span className={styles['muted']}>
        {direction === undefined ? null : <>{t(`detail.direction.${direction}`)} · </>}
        <RelativeTime instant={execution.createdAt} />
      </span>
      <ExecutionState execution={executionAsKnown(execution, directory)} />
    </li>
  );
}

function directionOf(execution: Execution, registryId: string): 'in' | 'out' | 'both' | undefined {
  const isIn = execution.destinationRegistryIds.includes(registryId);
  const isOut = execution.sourceRegistryIds.includes(registryId);
  if (isIn) return isOut ? 'both' : 'in';
  return isOut ? 'out' : undefined;
}
