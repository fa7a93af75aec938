import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { useConnection, useStreamEvent } from '../../api/stream-hooks.tsx';
import { useLiveRegistryHealth } from '../../domain/live-figures.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { isOnHold } from '../../domain/tasks/task-status.ts';
import { useNow } from '../../i18n/now.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { isNight } from './night.ts';
import { useOperations } from './operations-queries.ts';
import { OperationsMonitor } from './OperationsMonitor.tsx';
import styles from './wall.module.css';

const MINUTE_MS = 60_000;

/** The monitor for a screen on a wall: larger, without controls, dim at night, and honest about how old it is. */
export function WallPage() {
  const { t } = useTranslation('operations');
  const navigate = useNavigate();
  const isDim = isNight(new Date(useNow(MINUTE_MS)));
  // There is no shell around this page that would do it.
  useLiveRegistryHealth();
  useEffect(() => {
    const onKeyDown = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') void navigate(paths.operations());
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [navigate]);
  return (
    <main className={styles['wall']} {...(isDim ? { 'data-theme': 'dark' } : {})} data-dim={isDim}>
      <title>{`${t('title')} · Longshore`}</title>
      <header className={styles['head']}>
        <h1>{t('title')}</h1>
        <WallHealth />
        <DataAge />
        <Link to={paths.operations()} className={styles['leave']}>
          {t('wall.leave')}
        </Link>
      </header>
      <ConnectionWarning />
      <OperationsMonitor hasControls={false} />
    </main>
  );
}

function WallHealth() {
  const { t } = useTranslation('operations');
  const { data } = useOperations();
  const unhealthy = useRegistryDirectory().registries.filter(
    ({ health }) => health === 'down' || health === 'degraded',
  );
  if (unhealthy.length > 0) {
    return <StatusDot tone="danger" label={t('wall.registriesDown', { count: unhealthy.length })} />;
  }
  if (data === undefined) return null;
  const causes = data.failures.filter(({ reason }) => !isOnHold(reason)).length;
  if (causes > 0) return <StatusDot tone="danger" label={t('wall.causes', { count: causes })} />;
  return <StatusDot tone="ok" label={t(data.failures.length > 0 ? 'nothingFails' : 'wall.allWell')} />;
}

function DataAge() {
  const { t } = useTranslation('operations');
  const connection = useConnection();
  const { data } = useOperations();
  const at = useNewest(data?.at);
  const tone = connection.state === 'live' ? 'ok' : connection.state === 'lost' ? 'danger' : 'neutral';
  const label = connection.state === 'live' ? t('wall.live') : t('wall.connecting');
  return (
    <span className={styles['age']}>
      {connection.state === 'lost' ? null : <StatusDot tone={tone} label={label} />}
      {at === undefined ? null : (
        <span>
          {t('wall.asOf')} <RelativeTime instant={at} />
        </span>
      )}
    </span>
  );
}

/** While nothing changes the figures are as old as the last word of the server, which says that it is still there. */
function useNewest(readAt: string | undefined): string | undefined {
  const [heardAt, setHeardAt] = useState<string>();
  useStreamEvent('alive', ({ at }) => setHeardAt(at));
  if (readAt === undefined || heardAt === undefined) return readAt;
  return Date.parse(heardAt) > Date.parse(readAt) ? heardAt : readAt;
}

function ConnectionWarning() {
  const { t } = useTranslation('operations');
  const { relative } = useFormat();
  const connection = useConnection();
  const nowMs = useNow();
  if (connection.state !== 'lost') return null;
  return (
    <p role="alert" className={styles['lost']}>
      {t('wall.lost', { relative: relative(new Date(connection.since), nowMs) })}
    </p>
  );
}
