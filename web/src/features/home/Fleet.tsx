import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import type { Registry } from 'bff/contract/registries';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCan } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { isInMaintenance, useMaintenanceWords } from '../../domain/maintenance.ts';
import { ReasonText } from '../../domain/reasons/ReasonText.tsx';
import { useNow } from '../../i18n/now.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { environmentColors } from '../../theme/environment-colors.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Sentence } from '../../ui/Sentence.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { findTrouble, healthTone, lastCheckedAt, needsAttention } from './fleet.ts';
import { fleetQuery } from './home-queries.ts';
import styles from './Home.module.css';
import { Section } from './Section.tsx';

const SKELETON_TILES = 6;

/** Is every registry well? Those that are not come first. */
export function Fleet() {
  const { t } = useTranslation('home');
  const words = useErrorWords();
  const mayManage = useCan('registry.manage');
  const fleet = useQuery(fleetQuery());
  const registries = fleet.data?.items ?? [];
  const facts = useFacts(registries);
  return (
    <Section title={t('fleet')} facts={facts} link={{ label: t('allRegistries'), to: paths.registries() }}>
      {fleet.isPending ? (
        <div className={styles['tiles']} aria-busy="true">
          {Array.from({ length: SKELETON_TILES }, (_unused, index) => (
            <div key={index} className={`${styles['tile']} ${styles['skeletonTile']}`} />
          ))}
        </div>
      ) : fleet.isError && fleet.data === undefined ? (
        <ErrorState title={t('notRead.registries')} error={words(fleet.error)} onRetry={() => void fleet.refetch()} />
      ) : registries.length === 0 ? (
        <EmptyState
          title={t('noRegistries')}
          action={
            mayManage ? (
              <Button variant="contained" component={Link} to={paths.registries({ edit: 'NEW' })}>
                {t('addRegistry')}
              </Button>
            ) : undefined
          }
        >
          {t('noRegistriesWords')}
        </EmptyState>
      ) : (
        <ul className={styles['tiles']}>
          {registries.map((registry) => (
            <li key={registry.id}>
              <RegistryTile registry={registry} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function useFacts(registries: readonly Registry[]): string | null {
  const { t } = useTranslation('home');
  const nowMs = useNow();
  if (registries.length === 0) return null;
  const troubled = registries.filter(needsAttention).length;
  if (troubled > 0) return t('fleetTrouble', { count: troubled });
  const resting = registries.filter(({ maintenance }) => isInMaintenance(maintenance, nowMs)).length;
  return resting > 0 ? t('fleetMaintenance', { count: resting }) : t('fleetFacts', { count: registries.length });
}

function RegistryTile({ registry }: { registry: Registry }) {
  const { t } = useTranslation('home');
  const format = useFormat();
  const { id, name, environment, health, catalog } = registry;
  const rest = useMaintenanceWords()(registry);
  return (
    <Link
      to={paths.registry(id)}
      className={styles['tile'] ?? ''}
      style={{ borderLeftColor: environmentColors(environment).color }}
    >
      <span className={styles['tileName']}>{name}</span>
      <StatusDot
        tone={rest === null ? healthTone[health] : 'neutral'}
        label={rest ?? t(`health.${health}`)}
        wraps={rest !== null}
      />
      <span className={styles['tileFacts']}>
        {catalog.scannedAt === null
          ? t('neverScanned')
          : `${t('tags', { count: catalog.tagCount, shown: format.number(catalog.tagCount) })} · ${format.bytes(catalog.sizeBytes)}`}
      </span>
      <span className={styles['tileAge']}>
        <Age registry={registry} />
      </span>
    </Link>
  );
}

/** When it was last seen, or, when it is not well, why and since when. */
function Age({ registry }: { registry: Registry }) {
  const { t } = useTranslation('home');
  const trouble = findTrouble(registry);
  if (trouble !== undefined) {
    return (
      <>
        {trouble.reason === null ? null : <ReasonText cause={trouble.reason} />}{' '}
        {trouble.since === null ? null : (
          <Sentence text={t('downSince')} parts={{ when: <RelativeTime instant={trouble.since} /> }} />
        )}
      </>
    );
  }
  const checkedAt = lastCheckedAt(registry);
  if (checkedAt === null) return null;
  return <Sentence text={t('checked')} parts={{ when: <RelativeTime instant={checkedAt} /> }} />;
}
