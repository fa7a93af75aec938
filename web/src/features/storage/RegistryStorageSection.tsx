import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { paths } from '../../paths.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { LargestProjects } from './LargestProjects.tsx';
import { registryStorageQuery, useLiveStorage } from './storage-queries.ts';
import { StorageOverview } from './StorageOverview.tsx';
import styles from './storage.module.css';

const PROJECTS_SHOWN = 5;

/** Of the registry's own page: how much it holds, and the way to all of it. */
export function RegistryStorageSection() {
  const { t } = useTranslation('storage');
  const { registryId = '' } = useParams();
  const errorWords = useErrorWords();
  const { data, error, refetch } = useQuery(registryStorageQuery(registryId));
  useLiveStorage(registryId);
  return (
    <section className={styles['inPage']} aria-labelledby="registry-storage">
      <div className={styles['sectionHead']}>
        <h2 id="registry-storage">{t('title')}</h2>
        <Link to={paths.registryStorage(registryId, { view: 'repositories' })}>{t('details')}</Link>
      </div>
      {error !== null && data === undefined ? (
        <ErrorState error={errorWords(error)} onRetry={() => void refetch()} />
      ) : null}
      {data === undefined ? null : (
        <StorageOverview
          parts={[data.storage]}
          isOfProject={false}
          toTrash={paths.trash({ registry: registryId })}
          toUntagged={paths.registryStorage(registryId, { view: 'untagged' })}
        >
          <LargestProjects {...data} most={PROJECTS_SHOWN} />
        </StorageOverview>
      )}
    </section>
  );
}
