import Button from '@mui/material/Button';
import type { Registry } from 'bff/contract/registries';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { toast } from '../../ui/toast.ts';
import { healthTone } from './registry-health.ts';
import { useRegistryActions } from './registry-queries.ts';
import styles from './registries.module.css';

/** Every address of the registry with what it said when it was last asked. */
export function RegistryEndpoints({ registry }: { registry: Registry }) {
  const { t } = useTranslation('registries');
  const canManage = useCan('registry.manage');
  const errorWords = useErrorWords();
  const { probe } = useRegistryActions(registry.id);
  const onError = (error: Error) => toast({ message: errorWords(error).sentence, tone: 'danger' });
  return (
    <section className={styles['section']} aria-labelledby="registry-health">
      <div className={styles['sectionHead']}>
        <h2 id="registry-health">{t('detail.health')}</h2>
        <span className={styles['grow']} />
        {canManage ? (
          <Button variant="outlined" disabled={probe.isPending} onClick={() => probe.mutate(undefined, { onError })}>
            {probe.isPending ? t('form.testing') : t('checkNow')}
          </Button>
        ) : null}
      </div>
      <ul className={styles['rows']}>
        {registry.endpoints.map((endpoint) => (
          <EndpointRow key={endpoint.url} endpoint={endpoint} />
        ))}
      </ul>
    </section>
  );
}

function EndpointRow({ endpoint }: { endpoint: Registry['endpoints'][number] }) {
  const { t } = useTranslation('registries');
  const { duration } = useFormat();
  const reasonText = useReasonText();
  const { url, state, since, latencyMs, checkedAt, reason } = endpoint;
  return (
    <li className={styles['endpoint']}>
      <span className={styles['url']}>{url}</span>
      <span className={styles['muted']}>
        {state === 'up' && latencyMs !== null ? t('latency', { latency: duration(latencyMs) }) : null}
      </span>
      <span>
        <StatusDot tone={healthTone(state)} label={t(`health.${state}`)} />
        {since === null ? null : (
          <span className={styles['muted']}>
            {' '}
            · {t('detail.stateSince')} <RelativeTime instant={since} />
          </span>
        )}
      </span>
      {reason === null ? null : <p>{reasonText(reason)}</p>}
      {checkedAt === null ? null : (
        <p className={styles['muted']}>
          {t('detail.checked')} <RelativeTime instant={checkedAt} />
        </p>
      )}
    </li>
  );
}
