import { useQuery } from '@tanstack/react-query';
import type { Promotion } from 'bff/contract/promotions';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ReferenceText } from '../../domain/ReferenceText.tsx';
import { EnvironmentChip } from '../../domain/RegistryChip.tsx';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { Sentence } from '../../ui/Sentence.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { approvalsQuery, useLiveApprovals } from './approvals-queries.ts';
import styles from './Home.module.css';
import { Section } from './Section.tsx';

const SHOWN = 5;

/** Promotions of others that wait for the reader's word; nothing where none does. */
export function Approvals() {
  const { t } = useTranslation('home');
  const format = useFormat();
  const { data } = useQuery(approvalsQuery());
  useLiveApprovals();
  const items = data?.items ?? [];
  const [first] = items;
  if (data === undefined || first === undefined) return null;
  const more = data.total - Math.min(items.length, SHOWN);
  return (
    <Section
      title={t('approvals')}
      facts={more > 0 ? t('moreApprovals', { count: more, shown: format.number(more) }) : null}
      link={{ label: t('toPromotions', { project: first.project }), to: paths.promotions(first.project) }}
    >
      <ul className={styles['failures']} aria-label={t('approvals')}>
        {items.slice(0, SHOWN).map((promotion) => (
          <Asked key={promotion.id} promotion={promotion} />
        ))}
      </ul>
    </Section>
  );
}

function Asked({ promotion }: { promotion: Promotion }) {
  const { t } = useTranslation('home');
  const { project, repository, tag, environment, requestedBy, comment, createdAt } = promotion;
  return (
    <li>
      <StatusDot tone="warn" label={t('approvals')} isLabelHidden />
      <Link to={paths.promotions(project)} className={styles['route'] ?? ''}>
        <ReferenceText repository={repository} reference={tag} />
      </Link>
      <EnvironmentChip environment={environment} />
      <span className={styles['reason']}>{comment}</span>
      <span className={styles['muted']}>
        <Sentence
          text={t('approvalAsked', { who: requestedBy ?? t('somebody') })}
          parts={{ when: <RelativeTime instant={createdAt} /> }}
        />
      </span>
    </li>
  );
}
