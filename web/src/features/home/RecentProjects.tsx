import { useQuery } from '@tanstack/react-query';
import type { MatrixColumn, MatrixRow, Project } from 'bff/contract/projects';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCan, useSession } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { canAt, useProjectAccess } from '../../domain/project-access.ts';
import { ReferenceText } from '../../domain/ReferenceText.tsx';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { nameInProject, paths } from '../../paths.ts';
import { environmentColors } from '../../theme/environment-colors.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { recentProjectsQuery, recentTagsQuery, useLiveProjects } from './home-queries.ts';
import styles from './Home.module.css';
import { Section } from './Section.tsx';

const SKELETON_PROJECTS = 4;

/** The projects that moved last, each with its newest tags and where they are. */
export function RecentProjects() {
  const { t } = useTranslation('home');
  const words = useErrorWords();
  useLiveProjects();
  const projects = useQuery(recentProjectsQuery());
  // Whoever may make projects sees all there are; for the others these are their own.
  const mayCreate = useCan('project.create');
  const isSignedIn = useCan('signed-in');
  const isOfAll = mayCreate || !isSignedIn;
  return (
    <Section title={t(isOfAll ? 'projects' : 'myProjects')} link={{ label: t('allProjects'), to: paths.projects() }}>
      {projects.isPending ? (
        <div className={styles['projects']} aria-busy="true">
          {Array.from({ length: SKELETON_PROJECTS }, (_unused, index) => (
            <div key={index} className={styles['skeletonProject']} />
          ))}
        </div>
      ) : projects.data === undefined ? (
        <ErrorState
          title={t('notRead.projects')}
          error={words(projects.error)}
          onRetry={() => void projects.refetch()}
        />
      ) : projects.data.items.length === 0 ? (
        <NoProjects />
      ) : (
        <ul className={styles['projects']}>
          {projects.data.items.map((project) => (
            <li key={project.name}>
              <ProjectBlock project={project} isOwn={!isOfAll} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** An empty console waits for a first push; whoever sees nothing of a full one needs somebody to let them in. */
function NoProjects() {
  const { t } = useTranslation('home');
  const { account } = useSession();
  const mayCreate = useCan('project.create');
  if (mayCreate) return <EmptyState title={t('noProjects')}>{t('noProjectsWords')}</EmptyState>;
  return (
    <EmptyState title={t('noProjectsReader')}>
      {account === null ? t('noProjectsAnonymousWords') : t('noProjectsReaderWords', { name: account.username })}
    </EmptyState>
  );
}

function ProjectBlock({ project, isOwn }: { project: Project; isOwn: boolean }) {
  const { t } = useTranslation('home');
  const format = useFormat();
  const recent = useQuery(recentTagsQuery(project.name));
  return (
    <div className={styles['project']}>
      <h3 className={styles['projectHead']}>
        <Link to={paths.project(project.name)}>{project.name}</Link>
        <span className={styles['muted']}>
          {t('tags', { count: project.tagCount, shown: format.number(project.tagCount) })} ·{' '}
          {format.bytes(project.sizeBytes)}
        </span>
      </h3>
      {isOwn ? <ProjectTasks project={project.name} /> : null}
      {recent.data === undefined ? (
        <div className={styles['skeletonLine']} />
      ) : recent.data.items.length === 0 ? (
        <p className={styles['quiet']}>{t('nothingMoved')}</p>
      ) : (
        <ul className={styles['tags']}>
          {recent.data.items.map((row) => (
            <TagLine key={`${row.repository}:${row.tag}`} row={row} columns={recent.data.columns} />
          ))}
        </ul>
      )}
    </div>
  );
}

/** For who manages a project: the pages where that is done. */
function ProjectTasks({ project }: { project: string }) {
  const { t } = useTranslation('home');
  const access = useProjectAccess(project);
  if (!canAt(access, 'project.manage')) return null;
  return (
    <nav className={styles['tasks']} aria-label={t('tasksOf', { project })}>
      <Link to={paths.members(project)}>{t('members')}</Link>
      <Link to={paths.robots(project)}>{t('robots')}</Link>
      <Link to={paths.activity(project)}>{t('activity')}</Link>
      <Link to={paths.projectSettings(project)}>{t('settings')}</Link>
    </nav>
  );
}

function TagLine({ row, columns }: { row: MatrixRow; columns: readonly MatrixColumn[] }) {
  const { t } = useTranslation('home');
  const places = columns.filter((_column, index) => row.cells[index]?.digest != null);
  return (
    <li className={styles['tag']}>
      <Link to={paths.artifact(row.repository, row.tag)} className={styles['tagName'] ?? ''}>
        <ReferenceText repository={nameInProject(row.repository)} reference={row.tag} isOneLine />
      </Link>
      <span className={styles['places']} title={places.map(({ name }) => name).join(', ')}>
        <span className="visually-hidden">
          {t('in')} {places.map(({ name }) => name).join(', ')}
        </span>
        {columns.map((column, index) => (
          <span
            key={column.registryId}
            className={styles['place']}
            data-filled={row.cells[index]?.digest != null}
            style={{ color: environmentColors(column.environment).color }}
            aria-hidden="true"
          />
        ))}
      </span>
      <span className={styles['when']}>{row.pushedAt === null ? null : <RelativeTime instant={row.pushedAt} />}</span>
    </li>
  );
}
