import { useQuery } from '@tanstack/react-query';
import type { Execution } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { executionFraction } from '../../domain/tasks/task-figures.ts';
import { executionTone } from '../../domain/tasks/task-status.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { ProgressBar } from '../../ui/ProgressBar.tsx';
import { executionQuery } from './policies-queries.ts';
import styles from './policies.module.css';

/** How far the run of a policy is, as a link to it. */
export function RunProgress({ executionId, name }: { executionId: string; name: string }) {
  const { data } = useQuery(executionQuery(executionId));
  return (
    <Link to={paths.execution(executionId)} className={styles['running'] ?? ''}>
      {data === undefined ? name : <Bar execution={data} name={name} />}
    </Link>
  );
}

function Bar({ execution, name }: { execution: Execution; name: string }) {
  const { t } = useTranslation(['policies', 'tasks']);
  const { percent, bytes } = useFormat();
  const share = executionFraction(execution) ?? null;
  const { bytesDone, bytesSkipped, bytesTotal } = execution;
  const moved = { done: bytes(bytesDone - bytesSkipped), total: bytes(bytesTotal - bytesSkipped) };
  const words = t('tasks:figures.bytes', moved);
  return (
    <>
      <ProgressBar
        share={share}
        label={t('tasks:progressOf', { what: name })}
        tone={executionTone(execution)}
        valueText={words}
      />
      <span title={words}>{share === null ? '' : percent(share)}</span>
    </>
  );
}
