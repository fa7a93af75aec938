import { useQuery } from '@tanstack/react-query';
import { listPolicies, type Policy } from 'bff/contract/policies';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { useLivePolicies } from './policy-changes.ts';

const SHOWN = 100;
const pausedQuery = endpointQuery(listPolicies, { query: { state: 'paused', sort: 'name', limit: SHOWN } });

interface PausedPoliciesProps {
  className?: string | undefined;
  /** A wall screen has nobody to press anything. */
  isLinked?: boolean;
}

/** How many policies somebody has paused, how many tasks wait for that, and the way to them; nothing where none is. */
export function PausedPolicies({ className, isLinked = true }: PausedPoliciesProps) {
  const { t } = useTranslation('tasks');
  const { number } = useFormat();
  const { data } = useQuery(pausedQuery);
  useLivePolicies();
  if (data === undefined || data.items.length === 0) return null;
  const whole = data.items.filter(({ pausedAt }) => pausedAt !== null).length;
  const inPart = data.items.length - whole;
  const waiting = data.items.reduce((sum, policy) => sum + countParked(policy), 0);
  const more = data.nextCursor === null ? '' : '+';
  const words = [
    whole === 0 ? null : t('pausedPolicies.whole', { count: whole, shown: `${number(whole)}${more}` }),
    inPart === 0 ? null : t('pausedPolicies.inPart', { count: inPart, shown: `${number(inPart)}${more}` }),
    waiting === 0 ? null : t('activity.wait', { count: waiting }),
  ];
  const dot = <StatusDot tone="warn" label={words.filter((part) => part !== null).join(' · ')} wraps />;
  return <p className={className}>{isLinked ? <Link to={paths.policies({ state: 'paused' })}>{dot}</Link> : dot}</p>;
}

/** Its open tasks into what is paused. */
function countParked({ pausedAt, destinations }: Policy): number {
  return destinations
    .filter((destination) => pausedAt !== null || destination.pausedAt !== null)
    .reduce((sum, { openTaskCount }) => sum + openTaskCount, 0);
}
