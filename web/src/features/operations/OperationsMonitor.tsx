import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { PausedPolicies } from '../../domain/policy/PausedPolicies.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { FailureList } from './FailureList.tsx';
import { FlowStrip } from './FlowStrip.tsx';
import { useFollowOperations, useOperations } from './operations-queries.ts';
import styles from './operations.module.css';
import { RegistryFlows } from './RegistryFlows.tsx';
import { RunningTasks } from './RunningTasks.tsx';
import { TopologySection } from './TopologySection.tsx';
import { WallMonitor } from './WallMonitor.tsx';

/** Is it flowing, and if not, why? Failures first. */
export function OperationsMonitor({ hasControls }: { hasControls: boolean }) {
  const { t } = useTranslation(['operations', 'tasks', 'reasons']);
  const errorWords = useErrorWords();
  useFollowOperations();
  const { data: operations, error, refetch } = useOperations();
  if (operations === undefined) {
    if (error === null) return <MonitorSkeleton />;
    return <ErrorState title={t('notRead')} error={errorWords(error)} onRetry={() => void refetch()} />;
  }
  if (!hasControls) return <WallMonitor operations={operations} />;
  return (
    <div className={styles['monitor']}>
      <FailureList failures={operations.failures} routes={operations.routes} hasControls />
      <PausedPolicies className={styles['calm']} isLinked />
      <FlowStrip operations={operations} />
      <RunningTasks operations={operations} />
      <TopologySection operations={operations} hasControls />
      <RegistryFlows operations={operations} />
    </div>
  );
}

function MonitorSkeleton() {
  return (
    <div className={styles['monitor']} aria-hidden="true">
      {[44, 88, 200, 200].map((height, index) => (
        <div key={index} className={styles['skeleton']} style={{ height }} />
      ))}
    </div>
  );
}
