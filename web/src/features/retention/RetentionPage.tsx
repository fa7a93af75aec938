import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { ProjectFrame } from '../../domain/project/ProjectFrame.tsx';
import { paths } from '../../paths.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { PlanCard } from './PlanCard.tsx';
import { plansQuery, useLiveRetention } from './retention-queries.ts';
import styles from './retention.module.css';
import { RunList } from './RunList.tsx';
import { useRetentionRights } from './use-retention-rights.ts';

/** Which tags of a project are kept, as sentences, and what became of the others. */
export function RetentionPage() {
  const { t } = useTranslation('retention');
  const { project = '' } = useParams();
  const rights = useRetentionRights(project);
  useLiveRetention(project);
  const add = (
    <Button component={Link} to={paths.newRetentionPlan(project)} variant="contained">
      {t('add')}
    </Button>
  );
  return (
    <ProjectFrame
      project={project}
      section="retention"
      needs="member.read"
      {...(rights.managed.length > 0 ? { action: add } : {})}
    >
      <div className={styles['page']} key={project}>
        <p className={styles['words']}>{t('words')}</p>
        <Plans project={project} rights={rights} />
        <section className={styles['section']} aria-labelledby="retention-runs">
          <h2 id="retention-runs">{t('history')}</h2>
          <RunList project={project} />
        </section>
      </div>
    </ProjectFrame>
  );
}

function Plans({ project, rights }: { project: string; rights: ReturnType<typeof useRetentionRights> }) {
  const { t } = useTranslation('retention');
  const errorWords = useErrorWords();
  const { data, error, refetch } = useQuery({ ...plansQuery(project), enabled: rights.mayRead });
  if (data === undefined) {
    return error === null ? (
      <div className={styles['skeleton']} aria-busy="true" />
    ) : (
      <ErrorState title={t('notRead')} error={errorWords(error)} onRetry={() => void refetch()} />
    );
  }
  if (data.items.length === 0) {
    return <EmptyState title={t('empty')}>{t(rights.managed.length > 0 ? 'emptyNext' : 'emptyNone')}</EmptyState>;
  }
  return (
    <ul className={styles['plans']}>
      {data.items.map((plan) => (
        <li key={plan.id}>
          <PlanCard
            project={project}
            plan={plan}
            mayChange={rights.mayManage(plan.environment)}
            mayDelete={rights.mayDelete(plan.environment)}
          />
        </li>
      ))}
    </ul>
  );
}
