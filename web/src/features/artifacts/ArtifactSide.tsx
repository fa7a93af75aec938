import Button from '@mui/material/Button';
import type { Artifact } from 'bff/contract/artifacts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { DigestText } from '../../domain/DigestText.tsx';
import { canAt, useProjectAccess } from '../../domain/project-access.ts';
import { PullCommands } from '../../domain/PullCommands.tsx';
import { RegistryChip } from '../../domain/RegistryChip.tsx';
import { type KnownRegistry, useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { paths, projectOf } from '../../paths.ts';
import styles from './artifacts.module.css';

interface ArtifactSideProps {
  artifact: Artifact;
  registry: KnownRegistry;
}

/** How to pull it, what else it is called, and where else it is. */
export function ArtifactSide({ artifact, registry }: ArtifactSideProps) {
  const { t } = useTranslation('artifacts');
  return (
    <>
      <section className={styles['section']}>
        <h2>{t('pull')}</h2>
        <PullCommands registry={registry} artifact={artifact} />
      </section>
      <section className={styles['section']}>
        <h2>{t('sameDigest')}</h2>
        <SameDigestTags artifact={artifact} />
      </section>
      <section className={styles['section']}>
        <h2>{t('where')}</h2>
        <Elsewhere artifact={artifact} />
        <TagHistory artifact={artifact} />
        <TagPromotions artifact={artifact} />
      </section>
    </>
  );
}

/** The way to what the tag was, here and elsewhere. */
function TagHistory({ artifact: { repository, tag, registryId } }: { artifact: Artifact }) {
  const { t } = useTranslation('artifacts');
  if (tag === null) return null;
  return (
    <p>
      <Link to={paths.tagHistory(repository, tag, { registry: registryId })}>{t('history')}</Link>
    </p>
  );
}

/** The way to who promoted the tag, and when. */
function TagPromotions({ artifact: { repository, tag } }: { artifact: Artifact }) {
  const { t } = useTranslation('artifacts');
  const project = projectOf(repository);
  const maySee = canAt(useProjectAccess(project), 'replication.read');
  if (tag === null || !maySee) return null;
  return <Link to={paths.promotions(project, { q: `${repository}:${tag}` })}>{t('promotions')}</Link>;
}

const SHOWN_TAGS = 12;

function SameDigestTags({ artifact }: { artifact: Artifact }) {
  const { t } = useTranslation('artifacts');
  const [isAll, setIsAll] = useState(false);
  const others = artifact.tags.filter((tag) => tag !== artifact.tag);
  if (others.length === 0) return <p className={styles['quiet']}>{t('sameDigestNone')}</p>;
  const shown = isAll ? others : others.slice(0, SHOWN_TAGS);
  return (
    <ul className={styles['tagList']}>
      {shown.map((tag) => (
        <li key={tag}>
          <Link to={paths.artifact(artifact.repository, tag, { registry: artifact.registryId })}>{tag}</Link>
        </li>
      ))}
      {shown.length < others.length ? (
        <li>
          <Button onClick={() => setIsAll(true)}>{t('moreTags', { count: others.length - shown.length })}</Button>
        </li>
      ) : null}
    </ul>
  );
}

function Elsewhere({ artifact }: { artifact: Artifact }) {
  const { t } = useTranslation('artifacts');
  const directory = useRegistryDirectory();
  const { repository, registryId, tag, digest } = artifact;
  if (artifact.elsewhere.length === 0) return <p className={styles['quiet']}>{t('whereNone')}</p>;
  return (
    <ul className={styles['plainList']}>
      {artifact.elsewhere.map((place) => {
        const other = directory.find(place.registryId);
        const reference = tag ?? place.digest;
        return (
          <li key={place.registryId} className={styles['place']}>
            <Link to={paths.artifact(repository, reference, { registry: place.registryId })}>
              <RegistryChip name={other.name} environment={other.environment} />
            </Link>
            {place.isSame ? (
              <span className={styles['quiet']}>{t('whereSame')}</span>
            ) : (
              <span className={styles['quiet']}>
                <span className={styles['warn']}>▲</span> <DigestText digest={place.digest} />
                {place.pushedAt === null ? null : (
                  <>
                    {' '}
                    <RelativeTime instant={place.pushedAt} />
                  </>
                )}
              </span>
            )}
            {place.isSame ? null : (
              <Link
                to={paths.compare(repository, {
                  left: `${registryId}/${tag ?? digest}`,
                  right: `${place.registryId}/${reference}`,
                })}
              >
                {t('compare')}
              </Link>
            )}
          </li>
        );
      })}
    </ul>
  );
}
