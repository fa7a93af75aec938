import { useQuery } from '@tanstack/react-query';
import type { Execution } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { heldRunsQuery } from '../../domain/policy/held-runs.ts';
import { ReasonText } from '../../domain/reasons/ReasonText.tsx';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { StatusDot } from '../../ui/StatusDot.tsx';
import styles from './Home.module.css';
import { Section } from './Section.tsx';

const SHOWN = 5;

/** Runs of policies with so many deletions that a person has to agree; nothing where there is none. */
export function HeldRuns() {
  const { t } = useTranslation('home');
  const format = useFormat();
  const { data } = useQuery(heldRunsQuery());
  const items = data?.items ?? [];
  if (items.length === 0) return null;
  const more = items.length - SHOWN;
  return (
    <Section
      title={t('held')}
      facts={more > 0 ? t('moreHeld', { count: more, shown: format.number(more) }) : null}
      link={{ label: t('toHeld'), to: paths.executions({ state: 'held' }) }}
    >
      <ul className={styles['failures']} aria-label={t('held')}>
        {items.slice(0, SHOWN).map((execution) => (
          <Held key={execution.id} execution={execution} />
        ))}
      </ul>
    </Section>
  );
}

function Held({ execution: { id, policy, heldBack, createdAt } }: { execution: Execution }) {
  const { t } = useTranslation('home');
  return (
    <li>
      <StatusDot tone="warn" label={t('held')} isLabelHidden />
      <Link
        to={policy?.exists === true ? paths.policy(policy.id) : paths.execution(id)}
        className={styles['route'] ?? ''}
      >
        <bdi>{policy?.name ?? ''}</bdi>
      </Link>
      <span className={styles['reason']}>{heldBack === null ? null : <ReasonText cause={heldBack} />}</span>
      <span className={styles['muted']}>
        <RelativeTime instant={createdAt} />
      </span>
    </li>
  );
}
