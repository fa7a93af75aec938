import { useQuery } from '@tanstack/react-query';
import { getCollectionSetup } from 'bff/contract/collections';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import styles from './registries.module.css';

const LOOK_MS = 2000;

const setupQuery = (registryId: string) => endpointQuery(getCollectionSetup, { params: { registryId } });

/** The way to the registry's garbage collections, and when the next one begins by itself. */
export function RegistryCollections({ registryId }: { registryId: string }) {
  const { t } = useTranslation('registries');
  const { moment } = useFormat();
  const { data } = useQuery(setupQuery(registryId));
  if (data === undefined) return null;
  const { isConfigured, schedule } = data;
  return (
    <section className={styles['section']} aria-labelledby="registry-collections">
      <div className={styles['sectionHead']}>
        <h2 id="registry-collections">{t('collections.title')}</h2>
      </div>
      <p className={styles['muted']}>
        {isConfigured
          ? schedule === null
            ? t('collections.byHand')
            : t('collections.next', { time: moment(schedule.nextAt) })
          : t('collections.notConfigured')}
      </p>
      <div className={styles['buttons']}>
        <Link to={paths.collections(registryId)}>{t('collections.open')}</Link>
      </div>
    </section>
  );
}

/** What still writes into a registry whose maintenance has begun. */
export function RegistryDrain({ registryId }: { registryId: string }) {
  const { t } = useTranslation('registries');
  const { moment } = useFormat();
  const { data } = useQuery({
    ...setupQuery(registryId),
    refetchInterval: ({ state }) => (state.data?.drain?.isDrained === false ? LOOK_MS : false),
  });
  const drain = data?.drain ?? null;
  if (drain === null) return null;
  const { uploads, copies, trashItems, tokensUntil, isDrained } = drain;
  if (isDrained) return <p className={styles['muted']}>{t('maintenance.drained')}</p>;
  return (
    <p className={styles['muted']} role="status">
      {t('maintenance.draining', { uploads, copies, trashItems })}
      {tokensUntil === null ? null : ` ${t('maintenance.tokensUntil', { time: moment(tokensUntil) })}`}
    </p>
  );
}
