import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCan } from '../../domain/account.ts';
import { heldRunsQuery } from '../../domain/policy/held-runs.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { StatusDot } from '../../ui/StatusDot.tsx';

/** How many runs wait for a person's word, and the way to them; nothing where none does. */
export function HeldRuns() {
  const { t } = useTranslation('policies');
  const format = useFormat();
  const { data } = useQuery({ ...heldRunsQuery(), enabled: useCan('replication.read') });
  const count = data?.items.length ?? 0;
  if (data === undefined || count === 0) return null;
  const shown = data.nextCursor === null ? format.number(count) : `${format.number(count)}+`;
  return (
    <Link to={paths.executions({ state: 'held' })}>
      <StatusDot tone="warn" label={t('heldRuns', { count, shown })} />
    </Link>
  );
}
