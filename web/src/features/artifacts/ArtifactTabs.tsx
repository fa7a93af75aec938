import { useQuery } from '@tanstack/react-query';
import type { ApiError } from '../../api/api-error.ts';
import type { Artifact } from 'bff/contract/artifacts';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { type TabChoice, Tabs } from '../../ui/Tabs.tsx';
import { type Coordinates, referrersQuery } from './artifacts-queries.ts';
import styles from './artifacts.module.css';
import { ConfigFacts } from './ConfigFacts.tsx';
import { JsonView } from './JsonView.tsx';
import { LayerStack } from './LayerStack.tsx';
import { NameValueTable } from './NameValueTable.tsx';
import { ReferrerTree } from './ReferrerTree.tsx';

interface ArtifactTabsProps {
  coordinates: Coordinates;
  artifact: Artifact;
  shown: Artifact | undefined;
  /** Why the chosen platform could not be read. */
  error: ApiError | null;
}

export function ArtifactTabs(props: ArtifactTabsProps) {
  const { t } = useTranslation('artifacts');
  return <Tabs label={t('tabs')} tabs={useArtifactTabs(props)} />;
}

function useArtifactTabs({
  coordinates,
  artifact,
  shown,
  error,
}: ArtifactTabsProps): readonly [TabChoice, ...TabChoice[]] {
  const { t } = useTranslation(['artifacts', 'common']);
  const errorWords = useErrorWords();
  // Read with the page, so that the tab says how many there are.
  const referrers = useQuery(referrersQuery({ ...coordinates, reference: artifact.digest }));
  const ofPlatform = (draw: (image: Artifact) => ReactNode) => {
    if (shown !== undefined) return draw(shown);
    if (error === null) return <TabSkeleton />;
    return <ErrorState title={t('common:ui.notRead', { what: t('facts.platform') })} error={errorWords(error)} />;
  };
  const withCount = (label: string, count: number | undefined) =>
    count === undefined || count === 0 ? label : `${label} ${count}`;
  return [
    {
      key: 'layers',
      label: withCount(t('tab.layers'), shown?.layers.length),
      content: () => ofPlatform((image) => <LayerStack artifact={image} />),
    },
    {
      key: 'config',
      label: t('tab.config'),
      content: () => ofPlatform((image) => <ConfigFacts artifact={image} />),
    },
    {
      key: 'referrers',
      label: withCount(t('tab.referrers'), referrers.data?.items.length),
      content: () => (
        <ReferrerTree
          coordinates={coordinates}
          referrers={referrers.data?.items}
          error={referrers.error}
          onRetry={() => void referrers.refetch()}
        />
      ),
    },
    {
      key: 'annotations',
      label: withCount(t('tab.annotations'), Object.keys(artifact.annotations).length),
      content: () => <Annotations artifact={artifact} />,
    },
    { key: 'manifest', label: t('tab.manifest'), content: () => <Manifests artifact={artifact} shown={shown} /> },
  ];
}

function TabSkeleton() {
  return (
    <div aria-busy="true" aria-hidden="true">
      {[80, 55, 70, 40, 62].map((width) => (
        <span key={width} className={styles['skeleton']} style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}

function Annotations({ artifact }: { artifact: Artifact }) {
  const { t } = useTranslation('artifacts');
  if (Object.keys(artifact.annotations).length === 0) {
    return <EmptyState title={t('annotations.none')}>{t('annotations.noneNext')}</EmptyState>;
  }
  return <NameValueTable label={t('tab.annotations')} values={artifact.annotations} />;
}

function Manifests({ artifact, shown }: { artifact: Artifact; shown: Artifact | undefined }) {
  const { t } = useTranslation('artifacts');
  return (
    <div className={styles['blocks']}>
      <JsonView title={t(`facts.kinds.${artifact.kind}`)} label={t('manifest.label')} text={artifact.manifestJson} />
      {shown === undefined || shown.digest === artifact.digest ? null : (
        <JsonView title={t('facts.sizePlatform')} label={t('manifest.label')} text={shown.manifestJson} />
      )}
    </div>
  );
}
