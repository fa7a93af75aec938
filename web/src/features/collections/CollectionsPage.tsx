import Button from '@mui/material/Button';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Collection } from 'bff/contract/collections';
import type { Registry } from 'bff/contract/registries';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { useCan } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { EnvironmentChip } from '../../domain/RegistryChip.tsx';
import { paths } from '../../paths.ts';
import { Breadcrumbs } from '../../ui/Breadcrumbs.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Page } from '../../ui/Page.tsx';
import { toast } from '../../ui/toast.ts';
import { CollectionHistory } from './CollectionHistory.tsx';
import { CollectionPreview } from './CollectionPreview.tsx';
import { CollectionScheduleSection } from './CollectionScheduleSection.tsx';
import {
  historyPages,
  registryQuery,
  setupQuery,
  useCollectionActions,
  useLiveCollections,
} from './collections-queries.ts';
import styles from './collections.module.css';
import { StartCollectionDialog } from './StartCollectionDialog.tsx';

/** What could be reclaimed in one registry, what was, and when it is done by itself. */
export function CollectionsPage() {
  const { t } = useTranslation(['collections', 'reasons']);
  const { registryId = '' } = useParams();
  const errorWords = useErrorWords();
  const { data: registry, error, refetch } = useQuery(registryQuery(registryId));
  const { data: setup } = useQuery(setupQuery(registryId));
  const history = useInfiniteQuery(historyPages(registryId));
  useLiveCollections(registryId);
  const runs = history.data?.pages.flatMap(({ items }) => items) ?? [];
  const name = registry?.name ?? registryId;
  const above = (
    <Breadcrumbs
      links={[
        { label: t('registries'), to: paths.registries() },
        { label: name, to: paths.registry(registryId) },
      ]}
    />
  );
  if (registry === undefined || setup === undefined) {
    return (
      <Page title={t('of', { name })} above={above}>
        {error === null ? null : <ErrorState error={errorWords(error)} onRetry={() => void refetch()} />}
      </Page>
    );
  }
  return (
    <Page
      title={t('of', { name })}
      above={above}
      facts={<EnvironmentChip environment={registry.environment} />}
      action={setup.isConfigured ? <Buttons registry={registry} runs={runs} /> : undefined}
    >
      {setup.isConfigured ? null : (
        <div className={styles['banner']} role="note">
          <p>{t('notConfigured')}</p>
          <p className={styles['muted']}>{t('notConfiguredHint')}</p>
        </div>
      )}
      <div className={styles['columns']}>
        <CollectionHistory
          registryId={registryId}
          runs={runs}
          hasMore={history.hasNextPage}
          isPending={history.isPending}
          onMore={() => void history.fetchNextPage()}
        />
        <div>
          <CollectionPreview runs={runs} />
          {setup.isConfigured ? <CollectionScheduleSection registryId={registryId} schedule={setup.schedule} /> : null}
        </div>
      </div>
    </Page>
  );
}

function Buttons({ registry, runs }: { registry: Registry; runs: readonly Collection[] }) {
  const { t } = useTranslation('collections');
  const navigate = useNavigate();
  const errorWords = useErrorWords();
  const canManage = useCan('registry.manage');
  const { start } = useCollectionActions(registry.id);
  const [isAsking, setAsking] = useState(false);
  const running = runs.find(({ state }) => state === 'running');
  if (running !== undefined) {
    return (
      <Button variant="contained" component={Link} to={paths.collection(registry.id, running.id)}>
        {t('toRun')}
      </Button>
    );
  }
  if (!canManage) return null;
  const open = ({ id }: Collection) => void navigate(paths.collection(registry.id, id));
  return (
    <>
      <Button
        variant="outlined"
        disabled={start.isPending}
        title={t('previewHint')}
        onClick={() =>
          start.mutate(
            { kind: 'preview' },
            { onSuccess: open, onError: (error) => toast({ message: errorWords(error).sentence, tone: 'danger' }) },
          )
        }
      >
        {t('preview')}
      </Button>
      <Button variant="contained" onClick={() => setAsking(true)}>
        {t('collect')}
      </Button>
      {isAsking ? (
        <StartCollectionDialog registry={registry} runs={runs} onStarted={open} onClose={() => setAsking(false)} />
      ) : null}
    </>
  );
}
