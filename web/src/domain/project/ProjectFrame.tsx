import Button from '@mui/material/Button';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getProject } from 'bff/contract/projects';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ApiError } from '../../api/api-error.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { paths } from '../../paths.ts';
import { Breadcrumbs } from '../../ui/Breadcrumbs.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Page } from '../../ui/Page.tsx';
import { useErrorWords } from '../error-words.ts';
import { canAt, canEverywhere, projectQuery } from '../project-access.ts';
import styles from './project.module.css';
import { ProjectBadges } from './ProjectBadges.tsx';
import { type ProjectSection, ProjectTabs } from './ProjectTabs.tsx';
import { type PageNeed, RefusedPage } from './RefusedPage.tsx';

interface ProjectFrameProps {
  project: string;
  section: ProjectSection;
  /**
   * What the page needs in some environment of the project. Until that is known the page is not drawn, so that nothing is
   * asked in vain; a query outside of `children` waits for `canAt` itself.
   */
  needs?: PageNeed;
  /** It needs it in every environment that the reader sees. */
  isNeededEverywhere?: boolean;
  /** Facts after the name, beside those of every page. */
  facts?: ReactNode;
  action?: ReactNode;
  /** Under the tabs. */
  toolbar?: ReactNode;
  fill?: boolean;
  children: ReactNode;
}

/** What surrounds every page of a project: its name, what it is, and the way to those of its pages that one may see. */
export function ProjectFrame(props: ProjectFrameProps) {
  const { project, section, needs, isNeededEverywhere = false, facts, action, toolbar, fill, children } = props;
  const { t } = useTranslation('project-frame');
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(projectQuery(project));
  useStreamEvent('project', (changed) => {
    if (changed.project === project) void client.invalidateQueries({ queryKey: [getProject.path] });
  });
  const above = <Breadcrumbs links={[{ label: t('projects'), to: paths.projects() }]} />;
  const title = section === 'matrix' ? project : `${t(section)} · ${project}`;

  if (error instanceof ApiError && error.code === 'project-not-found') {
    return (
      <Page title={project} above={above}>
        <EmptyState
          title={t('notFound', { project })}
          action={
            <Button component={Link} to={paths.projects()} variant="outlined">
              {t('toProjects')}
            </Button>
          }
        >
          {t('notFoundNext')}
        </EmptyState>
      </Page>
    );
  }
  const may = isNeededEverywhere ? canEverywhere : canAt;
  const isRefused = needs !== undefined && data !== undefined && !may(data.access, needs);
  return (
    <Page
      title={title}
      heading={<bdi>{project}</bdi>}
      above={above}
      {...(fill === undefined ? {} : { fill })}
      facts={
        data === undefined ? undefined : (
          <>
            <ProjectBadges project={data} />
            {data.description === '' ? null : (
              <span className={styles['description']} title={data.description}>
                {data.description}
              </span>
            )}
            {facts}
          </>
        )
      }
      {...(action === undefined || isRefused ? {} : { action })}
      tabs={<ProjectTabs project={project} section={section} access={data?.access} />}
      {...(toolbar === undefined || isRefused ? {} : { toolbar })}
    >
      {needs === undefined ? (
        children
      ) : data === undefined ? (
        <Unknown error={error} onRetry={() => void refetch()} />
      ) : isRefused ? (
        <RefusedPage project={data} needs={needs} isNeededEverywhere={isNeededEverywhere} />
      ) : (
        children
      )}
    </Page>
  );
}

/** What the reader may do here is on its way, or could not be read. */
function Unknown({ error, onRetry }: { error: Error | null; onRetry: () => void }) {
  const { t } = useTranslation('project-frame');
  const errorWords = useErrorWords();
  if (error === null) return <div className={styles['unknown']} aria-busy="true" />;
  return <ErrorState title={t('notRead')} error={errorWords(error)} onRetry={onRetry} />;
}
