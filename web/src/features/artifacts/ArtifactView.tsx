import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import type { Artifact } from 'bff/contract/artifacts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type CopyIntent, LazyCopyDialog } from '../../domain/copy/LazyCopyDialog.tsx';
import { usePushPlaces } from '../../domain/may-push.ts';
import { platformLabel } from '../../domain/platform.ts';
import { RegistryChip } from '../../domain/RegistryChip.tsx';
import { type KnownRegistry, useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { nameInProject, paths, projectOf } from '../../paths.ts';
import { Page } from '../../ui/Page.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { ArtifactFacts } from './ArtifactFacts.tsx';
import { ArtifactSide } from './ArtifactSide.tsx';
import { ArtifactTabs } from './ArtifactTabs.tsx';
import { DeleteButton } from './DeleteButton.tsx';
import { PromoteButton } from './PromoteButton.tsx';
import { Above, titleOf } from './artifact-title.tsx';
import { artifactQuery, type Coordinates } from './artifacts-queries.ts';
import styles from './artifacts.module.css';
import { PlatformSwitch } from './PlatformSwitch.tsx';

interface ArtifactViewProps {
  coordinates: Coordinates;
  artifact: Artifact;
  /** It was there when the page was opened and is not any more. */
  isGone: boolean;
}

const urlDefaults = { platform: '' };

export function ArtifactView({ coordinates, artifact, isGone }: ArtifactViewProps) {
  const { t } = useTranslation('artifacts');
  const { registryId, repository, reference } = coordinates;
  const registry = useRegistryDirectory().find(registryId);
  const mayPush = usePushPlaces(projectOf(repository)).length > 0;
  const [copy, setCopy] = useState<CopyIntent | null>(null);
  const [openedDigest] = useState(artifact.digest);
  const [{ platform }, setUrl] = useUrlState(urlDefaults);
  const entry = choosePlatformEntry(artifact, platform);
  const child = useQuery({
    ...artifactQuery({ registryId, repository, reference: entry?.digest ?? artifact.digest }),
    enabled: entry !== undefined && entry.isPresent,
  });
  // An index has no layers of its own: what is shown below is of the chosen platform.
  const shown = entry === undefined ? artifact : child.data;
  const elsewhere = artifact.elsewhere[0];
  return (
    <Page
      title={titleOf(repository, reference)}
      heading={
        <bdi>
          <span className={styles['quiet']}>{nameInProject(repository)}</span>
          {titleOf(repository, reference).slice(nameInProject(repository).length)}
        </bdi>
      }
      above={<Above repository={repository} />}
      facts={<HeadFacts artifact={artifact} registry={registry} />}
      action={
        <>
          <DeleteButton {...coordinates} isGone={isGone} />
          <Button
            variant="outlined"
            component={Link}
            to={paths.compare(repository, {
              left: `${registryId}/${reference}`,
              right: elsewhere === undefined ? '' : `${elsewhere.registryId}/${artifact.tag ?? elsewhere.digest}`,
            })}
          >
            {t('compareWith')}
          </Button>
          {artifact.tag === null ? null : (
            <PromoteButton registry={registry} repository={repository} tag={artifact.tag} digest={artifact.digest} />
          )}
          {mayPush ? (
            <Button
              variant="contained"
              onClick={() =>
                setCopy({ source: { registryId, repository, references: [reference] }, destinationIds: [] })
              }
            >
              {t('copyTo')}
            </Button>
          ) : null}
        </>
      }
      toolbar={
        artifact.kind === 'index' ? (
          <PlatformSwitch
            entries={artifact.platforms}
            chosen={entry?.digest ?? ''}
            onChoose={(digest) => setUrl({ platform: digest }, { replace: false })}
          />
        ) : undefined
      }
    >
      <ChangeNotice
        coordinates={coordinates}
        registryName={registry.name}
        openedDigest={openedDigest}
        digest={artifact.digest}
        isGone={isGone}
      />
      <div className={styles['columns']}>
        <div className={styles['side']}>
          <ArtifactFacts artifact={artifact} shown={shown} />
        </div>
        <div className={styles['main']}>
          <ArtifactTabs coordinates={coordinates} artifact={artifact} shown={shown} error={child.error} />
        </div>
        <div className={styles['side']}>
          <ArtifactSide artifact={artifact} registry={registry} />
        </div>
      </div>
      <LazyCopyDialog intent={copy} onClose={() => setCopy(null)} />
    </Page>
  );
}

/** The entry of an index that is shown: the one in the URL, else linux/amd64, else the first that runs somewhere. */
function choosePlatformEntry(artifact: Artifact, wanted: string): Artifact['platforms'][number] | undefined {
  if (artifact.kind !== 'index') return undefined;
  const runnable = artifact.platforms.filter((entry) => !entry.isAttestation);
  const present = runnable.filter((entry) => entry.isPresent);
  return (
    artifact.platforms.find(({ digest }) => digest === wanted) ??
    // One that is not in this registry has nothing to show.
    present.find((entry) => entry.platform !== null && platformLabel(entry.platform) === 'linux/amd64') ??
    present[0] ??
    runnable[0] ??
    artifact.platforms[0]
  );
}

function HeadFacts({ artifact, registry }: { artifact: Artifact; registry: KnownRegistry }) {
  const { t } = useTranslation('artifacts');
  const format = useFormat();
  return (
    <>
      <RegistryChip name={registry.name} environment={registry.environment} />
      <RegistryStanding registry={registry} />
      <span>{t(`facts.kinds.${artifact.kind}`)}</span>
      {artifact.totalSizeBytes === null ? null : <span>{format.bytes(artifact.totalSizeBytes)}</span>}
      {artifact.pushedAt === null ? null : (
        <span>
          {t('pushed')} <RelativeTime instant={artifact.pushedAt} />
          {artifact.pushedBy === null ? null : ` ${t('facts.by', { who: artifact.pushedBy })}`}
        </span>
      )}
    </>
  );
}

/** What is shown is from Longshore's own records: a pull may fail all the same. */
function RegistryStanding({ registry: { health } }: { registry: KnownRegistry }) {
  const { t } = useTranslation('artifacts');
  if (health !== 'down' && health !== 'degraded') return null;
  return <StatusDot tone={health === 'down' ? 'danger' : 'warn'} label={t(`standing.${health}`)} wraps />;
}

interface ChangeNoticeProps {
  coordinates: Coordinates;
  registryName: string;
  openedDigest: string;
  digest: string;
  isGone: boolean;
}

/** The page follows its tag; it says so, or a person would believe to look at what was there a minute ago. */
function ChangeNotice({ coordinates, registryName, openedDigest, digest, isGone }: ChangeNoticeProps) {
  const { t } = useTranslation('artifacts');
  const { registryId, repository, reference } = coordinates;
  if (!isGone && digest === openedDigest) return null;
  return (
    <output className={styles['notice']}>
      {isGone ? t('removed', { tag: reference, registry: registryName }) : t('moved', { tag: reference })}
      {isGone ? null : (
        <Link
          to={paths.compare(repository, { left: `${registryId}/${openedDigest}`, right: `${registryId}/${digest}` })}
        >
          {t('compare')}
        </Link>
      )}
    </output>
  );
}
