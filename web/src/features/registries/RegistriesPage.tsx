import AddIcon from '@mui/icons-material/Add';
import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import type { Registry } from 'bff/contract/registries';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCan } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Page } from '../../ui/Page.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { needsAttention } from './registry-health.ts';
import { registriesQuery, useLiveRegistries } from './registry-queries.ts';
import { useRegistryColumns } from './registry-columns.tsx';
import { RemoveRegistryDialog } from './RemoveRegistryDialog.tsx';

const RegistryFormDrawer = lazy(async () => ({
  default: (await import('./RegistryFormDrawer.tsx')).RegistryFormDrawer,
}));

/** `edit` is a registry's id, or this word for a new one: an id has no capitals. */
const NEW = 'NEW';
const urlDefaults = { edit: '', remove: '' };

export function RegistriesPage() {
  const { t } = useTranslation(['registries', 'reasons']);
  const errorWords = useErrorWords();
  const canManage = useCan('registry.manage');
  const { data, error, isPending, refetch } = useQuery(registriesQuery());
  useLiveRegistries();
  const [{ edit, remove }, setUrl] = useUrlState(urlDefaults);
  const columns = useRegistryColumns({
    canManage,
    onEdit: (registryId) => setUrl({ edit: registryId }, { replace: false }),
    onRemove: (registryId) => setUrl({ remove: registryId }, { replace: false }),
  });
  const rows = data?.items ?? [];
  const edited = rows.find(({ id }) => id === edit);
  const removed = rows.find(({ id }) => id === remove);
  const addButton = canManage ? (
    <Button variant="contained" startIcon={<AddIcon />} onClick={() => setUrl({ edit: NEW }, { replace: false })}>
      {t('add')}
    </Button>
  ) : undefined;
  return (
    <Page
      title={t('title')}
      fill
      facts={isPending ? undefined : <Facts registries={rows} />}
      action={
        <>
          <Button component={Link} to={paths.storage()}>
            {t('storage')}
          </Button>
          {addButton}
        </>
      }
    >
      <DataTable
        label={t('title')}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        rowHref={({ id }) => paths.registry(id)}
        isPending={isPending}
        error={errorWords(error)}
        onRetry={() => void refetch()}
        empty={
          <EmptyState title={t('empty.title')} action={addButton}>
            {canManage ? t('empty.hint') : t('empty.hintReader')}
          </EmptyState>
        }
      />
      {canManage && (edit === NEW || edited !== undefined) ? (
        <Suspense>
          <RegistryFormDrawer
            key={edit}
            registry={edited}
            environments={rows.map(({ environment }) => environment)}
            onClose={() => setUrl({ edit: '' })}
          />
        </Suspense>
      ) : null}
      {canManage && removed !== undefined ? (
        <RemoveRegistryDialog registry={removed} onClose={() => setUrl({ remove: '' })} />
      ) : null}
    </Page>
  );
}

function Facts({ registries }: { registries: readonly Registry[] }) {
  const { t } = useTranslation('registries');
  const { bytes, number } = useFormat();
  const unhealthy = registries.filter(needsAttention).length;
  const tags = registries.reduce((sum, { catalog }) => sum + catalog.tagCount, 0);
  const sizeBytes = registries.reduce((sum, { catalog }) => sum + catalog.sizeBytes, 0);
  return (
    <>
      <span>{t('facts.registries', { count: registries.length })}</span>
      {unhealthy > 0 ? <span>{t('facts.unhealthy', { count: unhealthy })}</span> : null}
      <span>{t('facts.tags', { count: tags, shown: number(tags) })}</span>
      <span>{bytes(sizeBytes)}</span>
    </>
  );
}
