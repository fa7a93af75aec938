import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useCan } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { EnvironmentChip } from '../../domain/RegistryChip.tsx';
import { paths } from '../../paths.ts';
import { Breadcrumbs } from '../../ui/Breadcrumbs.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Page } from '../../ui/Page.tsx';
import { LargestProjects } from './LargestProjects.tsx';
import { RepositoriesTable } from './RepositoriesTable.tsx';
import { registryStorageQuery, useLiveStorage } from './storage-queries.ts';
import { StorageOverview } from './StorageOverview.tsx';
import { MeasureButton, StorageToolbar, useStorageView } from './StorageViews.tsx';
import { UntaggedTable } from './UntaggedTable.tsx';

/** How many bytes a registry holds, of what, and what of that nobody needs. */
export function RegistryStoragePage() {
  const { t } = useTranslation('storage');
  const { registryId = '' } = useParams();
  const errorWords = useErrorWords();
  const canManage = useCan('registry.manage');
  const view = useStorageView();
  const registry = useRegistryDirectory().find(registryId);
  const { data, error, refetch } = useQuery(registryStorageQuery(registryId));
  useLiveStorage(registryId);
  const of = { kind: 'registry', registryId } as const;
  const pathOf = (search: Readonly<Record<string, string>>) => paths.registryStorage(registryId, search);
  const above = (
    <Breadcrumbs
      links={[
        { label: t('registries'), to: paths.registries() },
        { label: registry.name, to: paths.registry(registryId) },
      ]}
    />
  );
  const title = t('of', { name: registry.name });
  if (data === undefined) {
    return (
      <Page title={title} above={above}>
        {error === null ? null : <ErrorState error={errorWords(error)} onRetry={() => void refetch()} />}
      </Page>
    );
  }
  const { storage } = data;
  return (
    <Page
      title={title}
      above={above}
      fill={view !== ''}
      facts={<EnvironmentChip environment={storage.environment} />}
      action={canManage ? <MeasureButton of={of} isMeasuring={storage.isMeasuring} /> : undefined}
      toolbar={<StorageToolbar pathOf={pathOf} untaggedCount={storage.untaggedCount} hasUntagged />}
    >
      {view === 'repositories' ? <RepositoriesTable of={of} registryIds={[]} /> : null}
      {view === 'untagged' ? (
        <UntaggedTable
          of={of}
          everything={canManage ? [{ registryId }] : []}
          ripeBytes={storage.untaggedBytes}
          mayPut={() => canManage}
          toTrash={paths.trash({ registry: registryId })}
        />
      ) : null}
      {view === '' ? (
        <StorageOverview
          parts={[storage]}
          isOfProject={false}
          toTrash={paths.trash({ registry: registryId })}
          toUntagged={pathOf({ view: 'untagged' })}
        >
          <LargestProjects {...data} />
        </StorageOverview>
      ) : null}
    </Page>
  );
}
