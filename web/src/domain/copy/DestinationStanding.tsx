import { useTranslation } from 'react-i18next';
import { useNow } from '../../i18n/now.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { isInMaintenance } from '../maintenance.ts';
import type { KnownRegistry } from '../registry-directory.ts';

const MINUTE_MS = 60_000;

/** Why a copy there would have to wait; nothing of a registry that is well. */
export function DestinationStanding({ registry: { health, maintenance } }: { registry: KnownRegistry }) {
  const { t } = useTranslation('tasks');
  const { moment } = useFormat();
  const nowMs = useNow(MINUTE_MS);
  return (
    <>
      {isInMaintenance(maintenance, nowMs) ? (
        <StatusDot tone="neutral" label={t('copy.inMaintenance', { time: moment(maintenance.until) })} wraps />
      ) : null}
      {health === 'up' ? null : (
        <StatusDot
          tone={health === 'down' ? 'danger' : health === 'degraded' ? 'warn' : 'neutral'}
          label={t(`copy.unhealthy.${health}`)}
          wraps
        />
      )}
    </>
  );
}
