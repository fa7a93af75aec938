import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { useConnection } from '../api/stream-hooks.tsx';
import { sessionQuery } from '../domain/account.ts';
import { useNow } from '../i18n/now.ts';
import { RelativeTime } from '../i18n/RelativeTime.tsx';
import styles from './NewsStrip.module.css';

/** A shorter loss, as when a server restarts, is not worth a sentence. */
const WORTH_SAYING_MS = 4_000;

/** The only place for news that concern the whole system. It is absent when there are none. */
export function NewsStrip() {
  const { t } = useTranslation('common');
  const lostSince = useLostSince();
  const newVersion = useNewVersion();
  if (lostSince === null && newVersion === null) return null;
  return (
    <section className={styles['strip']} aria-label={t('app.news')} data-tone={lostSince === null ? 'neutral' : 'warn'}>
      <div role="status">
        {lostSince !== null ? (
          <Trans i18nKey="app.newsLost" ns="common" t={t} components={{ when: <RelativeTime instant={lostSince} /> }} />
        ) : (
          <>
            {t('app.newsVersion', { version: newVersion })}{' '}
            <button type="button" className={styles['button']} onClick={() => location.reload()}>
              {t('app.reload')}
            </button>
          </>
        )}
      </div>
    </section>
  );
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
