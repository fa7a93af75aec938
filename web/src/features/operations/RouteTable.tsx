import type { Route } from 'bff/contract/operations';
import { useTranslation } from 'react-i18next';
import { useCurrentFigures } from '../../domain/current-figures.ts';
import { RouteText } from '../../domain/tasks/RouteText.tsx';
import { routeKey } from '../../domain/traffic.ts';
import { useFormat } from '../../i18n/use-format.ts';
import styles from './operations.module.css';

/** The drawing as a table: the same ways with the same figures. */
export function RouteTable({ routes }: { routes: readonly Route[] }) {
  const { t } = useTranslation('operations');
  const { number, bytes } = useFormat();
  const { rate } = useCurrentFigures();
  if (routes.length === 0) return <p className={styles['muted']}>{t('topology.none')}</p>;
  const columns = [
    { key: 'rate', of: (route: Route) => (route.bytesPerSecond === 0 ? null : rate(route.bytesPerSecond)) ?? '–' },
    { key: 'running', of: (route: Route) => number(route.runningTasks) },
    { key: 'queued', of: (route: Route) => number(route.queuedTasks) },
    { key: 'waiting', of: (route: Route) => number(route.waitingTasks) },
    { key: 'failed', of: (route: Route) => number(route.failedLastHour) },
    { key: 'lastHour', of: (route: Route) => bytes(route.bytesLastHour) },
  ] as const;
  return (
    <table className={styles['figureTable']}>
      <thead>
        <tr>
          <th scope="col">{t('topology.column.way')}</th>
          {columns.map(({ key }) => (
            <th key={key} scope="col">
              {t(`topology.column.${key}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {routes.map((route) => (
          <tr key={routeKey(route)}>
            <th scope="row">
              <RouteText sourceIds={[route.sourceRegistryId]} destinationIds={[route.destinationRegistryId]} />
            </th>
            {columns.map(({ key, of }) => (
              <td
                key={key}
                data-label={t(`topology.column.${key}`)}
                data-failed={key === 'failed' && route.failedLastHour > 0}
              >
                {of(route)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
