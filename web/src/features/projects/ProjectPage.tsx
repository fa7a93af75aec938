import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { matrixSorts, type Project } from 'bff/contract/projects';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { ProjectFrame } from '../../domain/project/ProjectFrame.tsx';
import { projectQuery } from '../../domain/project-access.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { SearchField } from '../../ui/SearchField.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { MatrixToolbar } from './MatrixToolbar.tsx';
import { MatrixView } from './MatrixView.tsx';
import { ProjectRepositories } from './ProjectRepositories.tsx';
import { type MatrixFilters, projectRepositoryPages, useLiveProject } from './projects-queries.ts';

const urlDefaults = { view: 'matrix', q: '', sort: '-semver', repository: '', only: '' };
const noFilters = { q: '', repository: '', only: '' };

export function ProjectPage() {
  const { t } = useTranslation('projects');
  const { project = '' } = useParams();
  const query = useQuery(projectQuery(project));
  const [url, setUrl] = useUrlState(urlDefaults);
  useLiveProject(project);
  const isRepositories = url.view === 'repositories';
  const filters: MatrixFilters = {
    q: url.q,
    sort: matrixSorts.find((sort) => sort === url.sort) ?? '-semver',
    repository: url.repository,
    isOnlyDrift: url.only === 'drift',
  };
  const setFilters = ({ isOnlyDrift, ...change }: Partial<MatrixFilters>) =>
    setUrl({ ...change, ...(isOnlyDrift === undefined ? {} : { only: isOnlyDrift ? 'drift' : '' }) });
  return (
    <ProjectFrame
      project={project}
      section={isRepositories ? 'repositories' : 'matrix'}
      fill
      facts={query.data === undefined ? undefined : <ProjectFacts project={query.data} />}
      toolbar={
        isRepositories ? (
          <SearchField value={url.q} onChange={(q) => setUrl({ q })} label={t('project.searchRepositories')} />
        ) : (
          <ProjectMatrixToolbar project={project} filters={filters} onChange={setFilters} />
        )
      }
    >
      {isRepositories ? (
        <ProjectRepositories project={project} q={url.q} sort={url.sort} onSortChange={(sort) => setUrl({ sort })} />
      ) : (
        <MatrixView project={project} filters={filters} onClearFilters={() => setUrl(noFilters)} />
      )}
    </ProjectFrame>
  );
}

function ProjectMatrixToolbar({
  project,
  filters,
  onChange,
}: {
  project: string;
  filters: MatrixFilters;
  onChange: (change: Partial<MatrixFilters>) => void;
}) {
  // The first hundred by name fill the choice; beyond that people search, and links lead here with one chosen.
  const repositories = useInfiniteQuery(projectRepositoryPages(project, '', 'name'));
  const names = repositories.data?.pages.flatMap((page) => page.items.map(({ name }) => name)) ?? [];
  return <MatrixToolbar filters={filters} onChange={onChange} repositories={names} />;
}

function ProjectFacts({ project }: { project: Project }) {
  const { t } = useTranslation('projects');
  const format = useFormat();
  return (
    <>
      <span>{t('counts.repositories', { count: project.repositoryCount })}</span>
      <span>{t('counts.tags', { count: project.tagCount })}</span>
      <span>{format.bytes(project.sizeBytes)}</span>
      {project.pushedAt === null ? null : (
        <span>
          {t('counts.lastPush')} <RelativeTime instant={project.pushedAt} />
        </span>
      )}
    </>
  );
}
