import type { RegistryTestResult as Result } from 'bff/contract/registries';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type * as z from 'zod/mini';
import { useErrorWords } from '../../domain/error-words.ts';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { StatusDot, type Tone } from '../../ui/StatusDot.tsx';
import { capabilityTone } from './registry-health.ts';
import styles from './registries.module.css';

interface RegistryTestResultProps {
  test: { data: z.infer<typeof Result> | undefined; error: Error | null; isPending: boolean };
}

/** What a test of the connection found: every address, then what the registry can and cannot do. */
export function RegistryTestResult({ test: { data, error, isPending } }: RegistryTestResultProps) {
  const { t } = useTranslation('registries');
  const errorWords = useErrorWords();
  const result = useRef<HTMLDivElement>(null);
  // It stands below the last field, which may be below the edge of the drawer.
  useEffect(() => {
    if (data !== undefined || error !== null) result.current?.scrollIntoView({ block: 'nearest' });
  }, [data, error]);
  if (isPending) {
    return (
      <p role="status" className={styles['muted']}>
        {t('form.testing')}…
      </p>
    );
  }
  if (error !== null) {
    return (
      <div ref={result} className={styles['result']} data-tone="danger" role="status">
        {errorWords(error).sentence}
      </div>
    );
  }
  if (data === undefined) return null;
  const isWhole = data.endpoints.every(({ state }) => state === 'up');
  const tone: Tone = !data.reachable ? 'danger' : isWhole ? 'ok' : 'warn';
  const title = t(
    !data.reachable ? 'form.result.unreachable' : isWhole ? 'form.result.works' : 'form.result.reachableSome',
  );
  return (
    <div ref={result} className={styles['result']} data-tone={tone} role="status">
      <strong>
        <StatusDot tone={tone} label={title} />
      </strong>{' '}
      {data.repositoryCount === null ? null : t('form.result.repositories', { count: data.repositoryCount })}
      <ul>
        {data.endpoints.map((endpoint) => (
          <EndpointResult key={endpoint.url} endpoint={endpoint} />
        ))}
        {data.capabilities
          .filter(({ state }) => state !== 'yes')
          .map((capability) => (
            <CapabilityResult key={capability.name} capability={capability} />
          ))}
      </ul>
    </div>
  );
}

function EndpointResult({ endpoint }: { endpoint: z.infer<typeof Result>['endpoints'][number] }) {
  const { t } = useTranslation('registries');
  const { duration } = useFormat();
  const reasonText = useReasonText();
  const isUp = endpoint.state === 'up';
  const words = isUp
    ? t('form.result.endpointUp', { url: endpoint.url, latency: duration(endpoint.latencyMs ?? 0) })
    : `${endpoint.url}: ${endpoint.reason === null ? t(`health.${endpoint.state}`) : reasonText(endpoint.reason)}`;
  return (
    <li>
      <StatusDot tone={isUp ? 'ok' : 'danger'} label={t(`health.${endpoint.state}`)} isLabelHidden />
      <span>{words}</span>
    </li>
  );
}

function CapabilityResult({ capability }: { capability: z.infer<typeof Result>['capabilities'][number] }) {
  const { t } = useTranslation('registries');
  const reasonText = useReasonText();
  const { name, state, reason } = capability;
  return (
    <li>
      <StatusDot tone={capabilityTone(state)} label={t(`capabilityState.${state}`)} isLabelHidden />
      <span>
        {t(`capability.${name}`)}: {reason === null ? t(`capabilityState.${state}`) : reasonText(reason)}
      </span>
    </li>
  );
}
