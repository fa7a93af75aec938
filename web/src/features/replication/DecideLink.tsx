import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { paths } from '../../paths.ts';
import { executionQuery } from './replication-queries.ts';

/** To the question whether its deletions may happen, which the policy's page asks; nothing where none is asked. */
export function DecideLink({ executionId }: { executionId: string }) {
  const { t } = useTranslation('replication');
  const { data: execution } = useQuery(executionQuery(executionId));
  if (execution?.state !== 'running' || execution.heldBack === null || execution.policy?.exists !== true) return null;
  return (
    <Button variant="outlined" component={Link} to={paths.policy(execution.policy.id)}>
      {t('execution.decide')}
    </Button>
  );
}
