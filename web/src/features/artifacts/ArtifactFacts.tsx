import type { Artifact } from 'bff/contract/artifacts';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { DigestText } from '../../domain/DigestText.tsx';
import { shortenDigest } from '../../domain/digest.ts';
import { platformLabel } from '../../domain/platform.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import styles from './artifacts.module.css';

interface ArtifactFactsProps {
  artifact: Artifact;
  /** The image of the chosen platform; the artifact itself when it is no index; undefined while it is read. */
  shown: Artifact | undefined;
}

export function ArtifactFacts({ artifact, shown }: ArtifactFactsProps) {
  const { t } = useTranslation('artifacts');
  const format = useFormat();
  const { kind, registryId, repository, subject } = artifact;
  const isIndex = kind === 'index';
  return (
    <section className={styles['section']}>
      <h2>{t('facts.title')}</h2>
      <dl className={styles['facts']}>
        <Fact name={t('facts.digest')}>
          <DigestText digest={artifact.digest} isFull />
        </Fact>
        {isIndex && shown !== undefined ? (
          <Fact name={t('facts.sizePlatform')}>
            <DigestText digest={shown.digest} />
            {shown.totalSizeBytes === null ? null : ` · ${format.bytes(shown.totalSizeBytes)}`}
          </Fact>
        ) : null}
        <Fact name={t('facts.platform')}>
          {shown?.platform == null ? null : <bdi>{platformLabel(shown.platform)}</bdi>}
        </Fact>
        <Fact name={isIndex ? t('facts.sizeAll') : t('facts.size')}>
          {artifact.totalSizeBytes === null ? t('facts.unknown') : format.bytes(artifact.totalSizeBytes)}
        </Fact>
        <Fact name={t('facts.created')}>{instant(shown?.createdAt ?? artifact.createdAt)}</Fact>
        <Fact name={t('facts.pushed')}>
          {artifact.pushedAt === null ? null : (
            <>
              <RelativeTime instant={artifact.pushedAt} />
              {artifact.pushedBy === null ? null : <bdi> {t('facts.by', { who: artifact.pushedBy })}</bdi>}
            </>
          )}
        </Fact>
        <Fact name={t('facts.author')}>{shown?.config?.author == null ? null : <bdi>{shown.config.author}</bdi>}</Fact>
        <Fact name={t('facts.mediaType')}>
          <code>{artifact.mediaType}</code>
        </Fact>
        <Fact name={t('facts.artifactType')}>
          {artifact.artifactType === null ? null : <code>{artifact.artifactType}</code>}
        </Fact>
        <Fact name={t('facts.manifestSize')}>{format.bytes(artifact.sizeBytes)}</Fact>
        <Fact name={t('facts.subject')}>
          {subject === null ? null : (
            <Link to={paths.artifact(repository, subject, { registry: registryId })} title={subject}>
              <code>{shortenDigest(subject)}</code>
            </Link>
          )}
        </Fact>
        <Fact name={t('facts.asOf')}>{instant(artifact.asOf)}</Fact>
      </dl>
    </section>
  );
}

const instant = (at: string | null): ReactNode => (at === null ? null : <RelativeTime instant={at} />);

/** Nothing at all where there is nothing to say. */
function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (children === null || children === undefined) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
