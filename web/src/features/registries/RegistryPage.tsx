import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import type { Registry } from 'bff/contract/registries';
import { lazy, type ReactNode, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { ApiError } from '../../api/api-error.ts';
import { useCan } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { useMaintenanceWords } from '../../domain/maintenance.ts';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { frontDoor, frontDoorName } from '../../domain/pull-commands.ts';
import { EnvironmentChip } from '../../domain/RegistryChip.tsx';
import { paths } from '../../paths.ts';
import { Breadcrumbs } from '../../ui/Breadcrumbs.tsx';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Page } from '../../ui/Page.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { toast } from '../../ui/toast.ts';
import { useUrlState } from '../../ui/use-url-state.ts';
import { healthTone, worstEndpoint } from './registry-health.ts';
import { registriesQuery, registryQuery, useLiveRegistries, useRegistryActions } from './registry-queries.ts';
import { RegistryCapabilities } from './RegistryCapabilities.tsx';
import { RegistryCatalog } from './RegistryCatalog.tsx';
import { RegistryCollections } from './RegistryCollections.tsx';
import { RegistryEndpoints } from './RegistryEndpoints.tsx';
import { RegistryExecutions } from './RegistryExecutions.tsx';
import { RegistryMaintenance } from './RegistryMaintenance.tsx';
import { RegistryNotifications } from './RegistryNotifications.tsx';
import { RegistryTokens } from './RegistryTokens.tsx';
import { RemoveRegistryDialog } from './RemoveRegistryDialog.tsx';
import styles from './registries.module.css';

const RegistryFormDrawer = lazy(async () => ({
  default: (await import('./RegistryFormDrawer.tsx')).RegistryFormDrawer,
}));

/** `children`: what other features say of it. */
export function RegistryPage({ children }: { children?: ReactNode }) {
  const { t } = useTranslation(['registries', 'reasons', 'tasks']);
  const { registryId = '' } = useParams();
  const errorWords = useErrorWords();
  const canManage = useCan('registry.manage');
  const { data: registry, error, refetch } = useQuery(registryQuery(registryId));
  useLiveRegistries();
  const above = <Breadcrumbs links={[{ label: t('title'), to: paths.registries() }]} />;
  if (registry === undefined) {
    const isGone = error instanceof ApiError && (error.status === 404 || error.status === 400);
    return (
      <Page title={registryId} above={above}>
        {error === null ? null : isGone ? (
          <EmptyState
            title={t('detail.notFound', { id: registryId })}
            action={
              <Button variant="outlined" component={Link} to={paths.registries()}>
                {t('detail.toList')}
              </Button>
            }
          >
            {t('detail.notFoundHint')}
          </EmptyState>
        ) : (
          <ErrorState title={registryId} error={errorWords(error)} onRetry={() => void refetch()} />
        )}
      </Page>
    );
  }
  return (
    <Page
      title={registry.name}
      above={above}
      facts={<RegistryFacts registry={registry} />}
      action={<RegistryButtons registry={registry} />}
    >
      <HealthBanner registry={registry} />
      {registry.managedBy === 'configuration' && canManage ? (
        <p className={styles['banner']} data-tone="neutral">
          {t('managedReason', { name: registry.name })}
        </p>
      ) : null}
      <div className={styles['columns']}>
        <div>
          <RegistryEndpoints registry={registry} />
          <RegistryCapabilities registry={registry} />
          {children}
        </div>
        <div>
          <RegistryMaintenance registry={registry} />
          <RegistryCollections registryId={registry.id} />
          <RegistryCatalog registry={registry} />
          <RegistryTokens registry={registry} />
          <RegistryNotifications registry={registry} />
          <RegistryExecutions registryId={registry.id} />
        </div>
      </div>
    </Page>
  );
}

function RegistryFacts({ registry }: { registry: Registry }) {
  const { t } = useTranslation('registries');
  const door = frontDoorName(frontDoor(location).host, registry.id);
  const rest = useMaintenanceWords()(registry);
  return (
    <>
      <StatusDot
        tone={rest === null ? healthTone(registry.health) : 'neutral'}
        label={rest ?? t(`health.${registry.health}`)}
      />
      <EnvironmentChip environment={registry.environment} />
      <span>{t(`detail.kind.${registry.kind}`)}</span>
      <span>
        {t('detail.pullFrom', { host: door })} <CopyButton text={door} label={door} />
      </span>
      {registry.managedBy === 'configuration' ? <span>{t('managedByConfiguration')}</span> : null}
    </>
  );
}

const urlDefaults = { edit: '', remove: '' };

function RegistryButtons({ registry }: { registry: Registry }) {
  const { t } = useTranslation('registries');
  const canManage = useCan('registry.manage');
  const errorWords = useErrorWords();
  const { data: all } = useQuery(registriesQuery());
  const [{ edit, remove }, setUrl] = useUrlState(urlDefaults);
  const { scan } = useRegistryActions(registry.id);
  if (!canManage) return null;
  const isManaged = registry.managedBy === 'configuration';
  const isScanning = scan.isPending || registry.catalog.scanState === 'running';
  return (
    <>
      {isManaged ? null : (
        <>
          <Button onClick={() => setUrl({ remove: '1' }, { replace: false })}>{t('remove')}</Button>
          <Button variant="outlined" onClick={() => setUrl({ edit: '1' }, { replace: false })}>
            {t('edit')}
          </Button>
        </>
      )}
      <Button
        variant="contained"
        disabled={isScanning}
        onClick={() =>
          scan.mutate(undefined, {
            onError: (error) => toast({ message: errorWords(error).sentence, tone: 'danger' }),
          })
        }
      >
        {isScanning ? t('scanning') : t('scanNow')}
      </Button>
      {edit !== '' && !isManaged ? (
        <Suspense>
          <RegistryFormDrawer
            registry={registry}
            environments={(all?.items ?? []).map(({ environment }) => environment)}
            onClose={() => setUrl({ edit: '' })}
          />
        </Suspense>
      ) : null}
      {remove !== '' && !isManaged ? (
        <RemoveRegistryDialog registry={registry} onClose={() => setUrl({ remove: '' })} />
      ) : null}
    </>
  );
}

function HealthBanner({ registry }: { registry: Registry }) {
  const { t } = useTranslation('registries');
  const reasonText = useReasonText();
  if (registry.health !== 'down' && registry.health !== 'degraded') return null;
  const reason = worstEndpoint(registry)?.reason ?? null;
  const tone = healthTone(registry.health);
  return (
    <div className={styles['banner']} data-tone={tone} role="status">
      <StatusDot tone={tone} label={t(`health.${registry.health}`)} isLabelHidden />
      <p>
        {reason === null ? null : <strong>{reasonText(reason)} </strong>}
        {t(registry.health === 'down' ? 'detail.retries' : 'detail.degraded')}
      </p>
    </div>
  );
}
