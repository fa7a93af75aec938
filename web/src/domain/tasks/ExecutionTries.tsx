import type { Execution } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { useReasonText } from '../reasons/reason-text.ts';
import { countTasks } from './task-status.ts';

/** That one that has ended needed more than one try, and why the last one before failed. */
export function ExecutionTries({ execution }: { execution: Execution }) {
  const { t } = useTranslation('tasks');
  const reasonText = useReasonText();
  const { retried } = execution;
  if (retried === null) return null;
  const words = t(countTasks(execution) > 1 ? 'figures.triesMost' : 'figures.tries', { count: retried.tries });
  if (retried.reason === null) return <span>{words}</span>;
  const reason = reasonText(retried.reason);
  return (
    <span title={reason}>
      {words}
      <span className="visually-hidden">{`: ${reason}`}</span>
    </span>
  );
}
