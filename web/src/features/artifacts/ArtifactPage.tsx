import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Navigate, useParams, useSearchParams } from 'react-router';
import { ApiError } from '../../api/api-error.ts';
import { isDigest, shortenDigest } from '../../domain/digest.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { artifactOf, paths } from '../../paths.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Page } from '../../ui/Page.tsx';
import { AbsentArtifact } from './AbsentArtifact.tsx';
import { Above, titleOf } from './artifact-title.tsx';
import { ArtifactView } from './ArtifactView.tsx';
import { artifactQuery, type Coordinates, tagPlace, useLiveArtifact } from './artifacts-queries.ts';
import styles from './artifacts.module.css';

/** One artifact in one registry. Without a registry in the URL it leads to the leftmost that has it. */
export function ArtifactPage() {
  const { project = '', '*': rest = '' } = useParams();
  const [search] = useSearchParams();
  const { repository, reference } = artifactOf(project, rest);
  const registryId = search.get('registry') ?? '';
  useLiveArtifact(repository);
  if (registryId === '') return <FindRegistry repository={repository} reference={reference} />;
  return (
    <ArtifactAt key={`${registryId}/${rest}`} registryId={registryId} repository={repository} reference={reference} />
  );
}

function ArtifactAt(coordinates: Coordinates) {
  const { t } = useTranslation(['artifacts', 'common']);
  const errorWords = useErrorWords();
  const directory = useRegistryDirectory();
  const { registryId, repository, reference } = coordinates;
  const query = useQuery(artifactQuery(coordinates));
  if (query.data !== undefined) {
    const isGone = query.error instanceof ApiError && query.error.code === 'artifact-not-found';
    return <ArtifactView coordinates={coordinates} artifact={query.data} isGone={isGone} />;
  }
  const shown = isDigest(reference) ? shortenDigest(reference) : reference;
  return (
    <Page title={titleOf(repository, reference)} above={<Above repository={repository} />}>
      {query.error === null ? (
        <ArtifactSkeleton />
      ) : query.error.code === 'artifact-not-found' ? (
        <AbsentArtifact
          {...coordinates}
          title={t('notFound', { reference: shown, repository, registry: directory.find(registryId).name })}
        />
      ) : (
        <ErrorState
          title={t('common:ui.notRead', { what: titleOf(repository, reference) })}
          error={errorWords(query.error)}
          onRetry={() => void query.refetch()}
        />
      )}
    </Page>
  );
}

function FindRegistry({ repository, reference }: { repository: string; reference: string }) {
  const { t } = useTranslation('artifacts');
  const directory = useRegistryDirectory();
  const isByDigest = isDigest(reference);
  const query = useQuery({ ...tagPlace(repository, reference), enabled: !isByDigest });
  const registryId = isByDigest ? directory.registries[0]?.id : query.data;
  if (registryId !== undefined && registryId !== null) {
    return <Navigate replace to={paths.artifact(repository, reference, { registry: registryId })} />;
  }
  return (
    <Page title={titleOf(repository, reference)} above={<Above repository={repository} />}>
      {query.isFetching || isByDigest ? (
        <ArtifactSkeleton />
      ) : (
        <AbsentArtifact
          title={t('notAnywhere', { reference, repository })}
          repository={repository}
          reference={reference}
        />
      )}
    </Page>
  );
}

function ArtifactSkeleton() {
  return (
    <div className={styles['columns']} aria-busy="true" aria-hidden="true">
      {[0, 1, 2].map((column) => (
        <div key={column}>
          {Array.from({ length: 9 }, (_line, line) => (
            <span
              key={line}
              className={styles['skeleton']}
              style={{ width: `${90 - ((line * 17 + column * 11) % 50)}%` }}
            />
          ))}
        </div>
      ))}
    </div>
  );
}
