import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { ProjectFrame } from '../../domain/project/ProjectFrame.tsx';
import { canAt, useProjectAccess } from '../../domain/project-access.ts';
import { paths } from '../../paths.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { RegistriesTable } from './RegistriesTable.tsx';
import { RepositoriesTable } from './RepositoriesTable.tsx';
import { projectStorageQuery, useLiveStorage } from './storage-queries.ts';
import { StorageOverview } from './StorageOverview.tsx';
import { MeasureButton, StorageToolbar, useStorageView } from './StorageViews.tsx';
import { UntaggedTable } from './UntaggedTable.tsx';

/** How many bytes a project holds, in each registry that the reader sees it in. */
export function ProjectStoragePage() {
  const { t } = useTranslation('storage');
  const { project = '' } = useParams();
  const errorWords = useErrorWords();
  const access = useProjectAccess(project);
  const mayDelete = canAt(access, 'artifact.delete');
  const chosen = useStorageView();
  const view = chosen === 'untagged' && !mayDelete ? '' : chosen;
  const { data, error, refetch } = useQuery(projectStorageQuery(project));
  useLiveStorage(project);
  const of = { kind: 'project', project } as const;
  const parts = useMemo(() => data?.items ?? [], [data]);
  const held = useMemo(() => parts.filter(({ totalBytes }) => totalBytes > 0), [parts]);
  const registryIds = useMemo(() => held.map(({ registryId }) => registryId), [held]);
  const deletable = parts.filter(({ environment }) => canAt(access, 'artifact.delete', environment));
  const pathOf = (search: Readonly<Record<string, string>>) => paths.projectStorage(project, search);
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  return (
    <ProjectFrame
      project={project}
      section="storage"
      fill={view !== ''}
      action={
        canAt(access, 'project.manage') ? (
          <MeasureButton of={of} isMeasuring={parts.some(({ isMeasuring }) => isMeasuring)} />
        ) : undefined
      }
      toolbar={
        <StorageToolbar
          pathOf={pathOf}
          untaggedCount={sum(deletable.map(({ untaggedCount }) => untaggedCount))}
          hasUntagged={mayDelete}
        />
      }
    >
      {error !== null && data === undefined ? (
        <ErrorState title={t('title')} error={errorWords(error)} onRetry={() => void refetch()} />
      ) : null}
      {view === 'repositories' ? <RepositoriesTable key={project} of={of} registryIds={registryIds} /> : null}
      {view === 'untagged' ? (
        <UntaggedTable
          key={project}
          of={of}
          everything={deletable.map(({ registryId }) => ({ registryId }))}
          ripeBytes={sum(deletable.map(({ untaggedBytes }) => untaggedBytes))}
          mayPut={({ environment }) => canAt(access, 'artifact.delete', environment)}
          toTrash={paths.projectTrash(project)}
        />
      ) : null}
      {view === '' && data !== undefined ? (
        <StorageOverview
          parts={parts}
          isOfProject
          toTrash={mayDelete ? paths.projectTrash(project) : undefined}
          toUntagged={mayDelete ? pathOf({ view: 'untagged' }) : undefined}
        >
          <RegistriesTable parts={held} hrefOf={() => undefined} />
        </StorageOverview>
      ) : null}
    </ProjectFrame>
  );
}
