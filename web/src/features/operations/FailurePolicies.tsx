import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { paths } from '../../paths.ts';
import { useFailingPolicies } from './use-failure-pauses.ts';

/** Whose tasks they are; nothing of policies that the reader may not see. */
export function FailurePolicies({ policyIds }: { policyIds: readonly string[] }) {
  const { t } = useTranslation('operations');
  const policies = useFailingPolicies(policyIds);
  if (policies.length === 0) return null;
  return (
    <span>
      {t('failure.policy')}{' '}
      {policies.map(({ id, name }, index) => (
        <bdi key={id}>
          {index === 0 ? null : ' · '}
          <Link to={paths.policy(id)}>{name}</Link>
        </bdi>
      ))}
    </span>
  );
}
