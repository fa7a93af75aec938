import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useConnection } from '../api/stream-hooks.tsx';
import { sessionQuery } from '../domain/account.ts';
import { isInMaintenance } from '../domain/maintenance.ts';
import { type KnownRegistry, useRegistryDirectory } from '../domain/registry-directory.ts';
import { useNow } from '../i18n/now.ts';
import { RelativeTime } from '../i18n/RelativeTime.tsx';
import { useFormat } from '../i18n/use-format.ts';
import { Sentence } from '../ui/Sentence.tsx';
import styles from './NewsStrip.module.css';

/** A shorter loss, as when a server restarts, is not worth a sentence. */
const WORTH_SAYING_MS = 4_000;
const HALF_MINUTE_MS = 30_000;

/** The only place for news that concern the whole system. It is absent when there are none. */
export function NewsStrip() {
  const { t } = useTranslation('common');
  const lostSince = useLostSince();
  const newVersion = useNewVersion();
  const inMaintenance = useMaintenance();
  if (lostSince === null && newVersion === null && inMaintenance.length === 0) return null;
  return (
    <section className={styles['strip']} aria-label={t('app.news')} data-tone={lostSince === null ? 'neutral' : 'warn'}>
      <div role="status">
        {lostSince !== null ? (
          <p>
            <Sentence text={t('app.newsLost')} parts={{ when: <RelativeTime instant={lostSince} /> }} />
          </p>
        ) : null}
        {inMaintenance.map((registry) => (
          <MaintenanceLine key={registry.id} registry={registry} />
        ))}
        {lostSince === null && newVersion !== null ? (
          <p>
            {t('app.newsVersion', { version: newVersion })}{' '}
            <button type="button" className={styles['button']} onClick={() => location.reload()}>
              {t('app.reload')}
            </button>
          </p>
        ) : null}
      </div>
    </section>
  );
}

function MaintenanceLine({ registry: { name, maintenance } }: { registry: KnownRegistry }) {
  const { t } = useTranslation('common');
  const format = useFormat();
  if (maintenance === null) return null;
  const { until, message } = maintenance;
  return (
    <p>
      {t('app.newsMaintenance', { name, time: format.moment(until) })}
      {message === '' ? null : (
        <>
          {t('app.colon')}
          <bdi>{message}</bdi>
        </>
      )}
    </p>
  );
}

/** Registries that take no writes now. A maintenance ends by itself, without a message from the server. */
function useMaintenance(): KnownRegistry[] {
  const { registries } = useRegistryDirectory();
  const nowMs = useNow(HALF_MINUTE_MS);
  return registries.filter(({ maintenance }) => isInMaintenance(maintenance, nowMs));
}

function useLostSince(): string | null {
  const connection = useConnection();
  const nowMs = useNow();
  if (connection.state !== 'lost' || nowMs - connection.since < WORTH_SAYING_MS) return null;
  return new Date(connection.since).toISOString();
}

/** The version the server has now, when it is not the one this page came with. */
function useNewVersion(): string | null {
  const version = useQuery(sessionQuery()).data?.version;
  const [first, setFirst] = useState(version);
  if (first === undefined && version !== undefined) setFirst(version);
  return version !== undefined && first !== undefined && version !== first ? version : null;
}
