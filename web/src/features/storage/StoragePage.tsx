import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { paths } from '../../paths.ts';
import { Breadcrumbs } from '../../ui/Breadcrumbs.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Page } from '../../ui/Page.tsx';
import { RegistriesTable } from './RegistriesTable.tsx';
import { allStorageQuery, useLiveStorage } from './storage-queries.ts';
import { StorageOverview } from './StorageOverview.tsx';

const hrefOf = (registryId: string) => paths.registryStorage(registryId);

/** How many bytes all registries hold. */
export function StoragePage() {
  const { t } = useTranslation('storage');
  const errorWords = useErrorWords();
  const { data, error, refetch } = useQuery(allStorageQuery());
  useLiveStorage('');
  return (
    <Page title={t('title')} above={<Breadcrumbs links={[{ label: t('registries'), to: paths.registries() }]} />}>
      {error !== null && data === undefined ? (
        <ErrorState error={errorWords(error)} onRetry={() => void refetch()} />
      ) : null}
      {data?.items.length === 0 ? <EmptyState title={t('projects.none')} /> : null}
      {data === undefined || data.items.length === 0 ? null : (
        <StorageOverview parts={data.items} isOfProject={false} toTrash={paths.trash()}>
          <RegistriesTable parts={data.items} hrefOf={hrefOf} />
        </StorageOverview>
      )}
    </Page>
  );
}
