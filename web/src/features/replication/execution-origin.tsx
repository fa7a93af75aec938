import type { Execution } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useEnvironmentName } from '../../domain/RegistryChip.tsx';
import { paths } from '../../paths.ts';

/** Why there is an execution, in words. */
export function useOriginWords(): (execution: Execution) => string {
  const { t } = useTranslation('replication');
  const environmentName = useEnvironmentName();
  return ({ trigger, promotion }) => {
    const environment = environmentName(promotion?.environment ?? '');
    if (promotion?.kind === 'undo') return t('execution.trigger.undo', { environment });
    return t(`execution.trigger.${trigger}`, { environment });
  };
}

/** The promotion whose copy it is, on the page of its project where the others of the same tag are. */
export function PromotionLink({ execution }: { execution: Execution }) {
  const words = useOriginWords();
  const { promotion } = execution;
  if (promotion === null) return null;
  const { project, repository, tag } = promotion;
  return <Link to={paths.promotions(project, { q: `${repository}:${tag}` })}>{words(execution)}</Link>;
}
