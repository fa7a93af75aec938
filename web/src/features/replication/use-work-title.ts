import type { Execution, Task } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { type WorkKind, workOfExecution, workOfTask } from '../../domain/tasks/work-kind.ts';
import { useListWords } from '../../i18n/use-list-words.ts';

interface Work {
  work: Exclude<WorkKind, 'copy'>;
  /** As it is called where it is done. */
  what: string;
  sourceIds: readonly string[];
  destinationIds: readonly string[];
  /** Of tags, wherever they are. */
  count: number;
}

/** What was done where, and why: of what is no copy. */
function useWorkTitle(): (work: Work) => string {
  const { t } = useTranslation('replication');
  const directory = useRegistryDirectory();
  const listed = useListWords();
  return ({ work, what, sourceIds, destinationIds, count }) => {
    const names = (ids: readonly string[]) => listed(ids.map((id) => directory.find(id).name));
    const about = { what, registries: names(destinationIds) };
    const source = names(sourceIds);
    if (work === 'delete') {
      const why = t(count === 1 ? 'execution.becauseDeleted' : 'execution.becauseMany', { source });
      return t('execution.titleWith', { title: t('execution.deletionTitle', about), why });
    }
    const title = t('execution.moveTitle', about);
    // Within one registry nothing else was followed.
    const isOwn = sourceIds.every((id) => destinationIds.includes(id));
    return isOwn ? title : t('execution.titleTo', { title, why: t('execution.becauseSource', { source }) });
  };
}

export function useExecutionTitle(): (execution: Execution) => string {
  const { t } = useTranslation('replication');
  const workTitle = useWorkTitle();
  return (execution) => {
    const { promotion, sample, sourceRegistryIds: sourceIds, destinationRegistryIds: destinationIds } = execution;
    const [first] = sample;
    const work = workOfExecution(execution);
    // Of a promotion the copy is what matters, also where nothing had to move.
    if (work === 'copy' || promotion !== null || first === undefined) {
      return t('execution.title', { what: executionName(execution) });
    }
    const { repository, tag } = first.destination;
    const what = tag === null ? executionName(execution) : `${repository}:${tag}`;
    return workTitle({ work, what, sourceIds, destinationIds, count: sample.length });
  };
}

function executionName({ sample, id, promotion }: Execution): string {
  // Its tasks copy a digest; people know it by the tag.
  if (promotion !== null) return `${promotion.repository}:${promotion.tag}`;
  const [first] = sample;
  return first === undefined ? id : `${first.repository}${first.reference.includes(':') ? '@' : ':'}${first.reference}`;
}

export function useTaskTitle(): (task: Task) => string {
  const { t } = useTranslation('replication');
  const directory = useRegistryDirectory();
  const workTitle = useWorkTitle();
  return (task) => {
    const { source, destination } = task;
    const work = workOfTask(task);
    if (work === 'copy' || destination.tag === null) {
      const what = `${source.repository}${source.reference.includes(':') ? '@' : ':'}${source.reference}`;
      return t('task.title', { what, registry: directory.find(destination.registryId).name });
    }
    return workTitle({
      work,
      what: `${destination.repository}:${destination.tag}`,
      sourceIds: [source.registryId],
      destinationIds: [destination.registryId],
      count: 1,
    });
  };
}
