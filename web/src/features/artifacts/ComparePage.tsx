import { useQuery } from '@tanstack/react-query';
import type { Artifact } from 'bff/contract/artifacts';
import Button from '@mui/material/Button';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { nameInProject, paths, repositoryOf } from '../../paths.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Page } from '../../ui/Page.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { Above } from './artifact-title.tsx';
import { artifactQuery, useLiveArtifact } from './artifacts-queries.ts';
import styles from './artifacts.module.css';
import { choosePlatform, comparablePlatforms } from './comparable-platforms.ts';
import { ComparisonView } from './ComparisonView.tsx';
import { SidePicker } from './SidePicker.tsx';
import { changeSide, parseSide, type Side } from './compare-sides.ts';

const urlDefaults = { left: '', right: '', platform: '' };

/** Two artifacts of one repository side by side: layers, settings, environment, labels. */
export function ComparePage() {
  const { t } = useTranslation('artifacts');
  const { project = '', '*': rest = '' } = useParams();
  const repository = repositoryOf(project, rest);
  const [url, setUrl] = useUrlState(urlDefaults);
  useLiveArtifact(repository);
  const left = useSide(repository, url.left);
  const right = useSide(repository, url.right);
  return (
    <Page
      title={`${t('comparison.title')} ${nameInProject(repository)}`}
      above={<Above repository={repository} />}
      action={
        <Button
          variant="outlined"
          onClick={() => setUrl(({ left, right }) => ({ left: right, right: left }), { replace: false })}
        >
          {t('comparison.swap')}
        </Button>
      }
    >
      <div className={styles['sides']}>
        <SidePicker
          label={t('comparison.left')}
          repository={repository}
          side={left.side}
          onChange={(change) => setUrl((now) => ({ left: changeSide(now.left, change) }), { replace: false })}
        />
        <span aria-hidden="true">→</span>
        <SidePicker
          label={t('comparison.right')}
          repository={repository}
          side={right.side}
          onChange={(change) => setUrl((now) => ({ right: changeSide(now.right, change) }), { replace: false })}
        />
      </div>
      <SideTrouble repository={repository} found={left} />
      <SideTrouble repository={repository} found={right} />
      {left.artifact !== undefined && right.artifact !== undefined ? (
        <PlatformComparison
          left={left.artifact}
          right={right.artifact}
          platform={url.platform}
          onPlatform={(platform) => setUrl({ platform })}
        />
      ) : left.side.reference === '' || right.side.reference === '' ? (
        <EmptyState title={t('comparison.pick')} />
      ) : left.error === null && right.error === null ? (
        <ComparisonSkeleton />
      ) : null}
    </Page>
  );
}

interface FoundSide {
  side: Side;
  artifact: Artifact | undefined;
  error: unknown;
}

function useSide(repository: string, text: string): FoundSide {
  const side = useMemo(() => parseSide(text), [text]);
  const query = useQuery({
    ...artifactQuery({ repository, ...side }),
    enabled: side.registryId !== '' && side.reference !== '',
  });
  return { side, artifact: query.data, error: query.data === undefined ? query.error : null };
}

function SideTrouble({ repository, found: { side, error } }: { repository: string; found: FoundSide }) {
  const { t } = useTranslation('artifacts');
  const errorWords = useErrorWords();
  const registry = useRegistryDirectory().find(side.registryId).name;
  if (error === null) return null;
  return (
    <div className={styles['notice']} role="alert">
      <span>
        {t('comparison.notFound', { reference: side.reference, registry })} {errorWords(error).sentence}
      </span>
      <Link to={paths.repository(repository)}>{t('toRepository', { repository })}</Link>
    </div>
  );
}

interface PlatformComparisonProps {
  left: Artifact;
  right: Artifact;
  platform: string;
  onPlatform: (platform: string) => void;
}

/** An index is compared platform by platform; two images or artifacts directly. */
function PlatformComparison({ left, right, platform, onPlatform }: PlatformComparisonProps) {
  const { t } = useTranslation('artifacts');
  const isDirect = left.kind !== 'index' && right.kind !== 'index';
  const platforms = useMemo(() => (isDirect ? [] : comparablePlatforms(left, right)), [isDirect, left, right]);
  const chosen = choosePlatform(platforms, platform);
  const leftImage = useImage(left, chosen?.leftDigest);
  const rightImage = useImage(right, chosen?.rightDigest);
  if (isDirect) return <ComparisonView left={left} right={right} />;
  return (
    <>
      {platforms.length === 0 ? (
        <p className={styles['notice']}>{t('comparison.noCommonPlatform')}</p>
      ) : (
        <div className={styles['stackHead']}>
          <select
            className={styles['select']}
            aria-label={t('comparison.platform')}
            value={chosen?.label ?? ''}
            onChange={(event) => onPlatform(event.target.value)}
          >
            {platforms.map(({ label }) => (
              <option key={label} value={label}>
                {label}
              </option>
            ))}
          </select>
        </div>
      )}
      {platforms.length === 0 ? (
        <ComparisonView left={left} right={right} />
      ) : leftImage === undefined || rightImage === undefined ? (
        <ComparisonSkeleton />
      ) : (
        <ComparisonView left={leftImage} right={rightImage} />
      )}
    </>
  );
}

function ComparisonSkeleton() {
  return (
    <div aria-busy="true" aria-hidden="true">
      {[60, 45, 70, 52, 38, 64].map((width) => (
        <span key={width} className={styles['skeleton']} style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}

/** The image of one platform; the artifact itself when it is that image. */
function useImage(artifact: Artifact, digest: string | undefined): Artifact | undefined {
  const { registryId, repository } = artifact;
  const isSelf = digest === undefined || digest === artifact.digest;
  const query = useQuery({
    ...artifactQuery({ registryId, repository, reference: digest ?? artifact.digest }),
    enabled: !isSelf,
  });
  return isSelf ? artifact : query.data;
}
