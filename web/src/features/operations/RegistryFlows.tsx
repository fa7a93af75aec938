import type { Operations } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RegistryChip } from '../../domain/RegistryChip.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { StatusDot, type Tone } from '../../ui/StatusDot.tsx';
import styles from './operations.module.css';

const tones: Readonly<Record<string, Tone>> = { up: 'ok', degraded: 'warn', down: 'danger', unknown: 'neutral' };

/** In, out and errors of every registry. */
export function RegistryFlows({ flows }: { flows: Operations['registries'] }) {
  const { t } = useTranslation('operations');
  const { rate, number } = useFormat();
  const directory = useRegistryDirectory();
  const known = new Map(flows.map((flow) => [flow.registryId, flow]));
  // A registry of which the monitor says nothing is idle; it is still shown, with its health.
  const registryIds = new Set([...directory.registries.map(({ id }) => id), ...known.keys()]);
  const bytes = (perSecond: number) => (perSecond === 0 ? '–' : rate(perSecond));
  return (
    <section className={styles['section']} aria-labelledby="per-registry">
      <h2 id="per-registry">{t('registries.title')}</h2>
      <div className={styles['tableScroll']}>
        <table className={styles['registries']}>
          <thead>
            <tr>
              <th scope="col">{t('registries.column.name')}</th>
              <th scope="col">{t('registries.column.in')}</th>
              <th scope="col">{t('registries.column.out')}</th>
              <th scope="col">{t('registries.column.running')}</th>
              <th scope="col">{t('registries.column.failed')}</th>
            </tr>
          </thead>
          <tbody>
            {[...registryIds].map((registryId) => {
              const { name, environment, health } = directory.find(registryId);
              const flow = known.get(registryId);
              const failed = flow?.failedLastHour ?? 0;
              return (
                <tr key={registryId}>
                  <th scope="row">
                    <StatusDot tone={tones[health] ?? 'neutral'} label={t(`health.${health}`)} isLabelHidden />{' '}
                    <Link to={paths.registry(registryId)}>
                      <RegistryChip name={name} environment={environment} />
                    </Link>
                  </th>
                  <td>{bytes(flow?.inBytesPerSecond ?? 0)}</td>
                  <td>{bytes(flow?.outBytesPerSecond ?? 0)}</td>
                  <td>{number(flow?.runningTasks ?? 0)}</td>
                  <td data-failed={failed > 0}>{number(failed)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
