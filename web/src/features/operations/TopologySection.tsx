import type { Operations } from 'bff/contract/operations';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { RouteText } from '../../domain/tasks/RouteText.tsx';
import { isWaiting } from '../../domain/tasks/task-status.ts';
import { routeKey } from '../../domain/traffic.ts';
import { paths } from '../../paths.ts';
import { Tabs } from '../../ui/Tabs.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import styles from './operations.module.css';
import { RouteTable } from './RouteTable.tsx';
import { useRouteWords } from '../../domain/topology/route-words.ts';
import { TopologyGraph } from '../../domain/topology/TopologyGraph.tsx';

const urlDefaults = { way: '', registries: 'now' };

/** Who copies to whom, drawn and as a table. */
export function TopologySection({ operations, hasControls }: { operations: Operations; hasControls: boolean }) {
  const { t } = useTranslation('operations');
  const graph = <ChosenGraph operations={operations} />;
  const table = <RouteTable routes={operations.routes} />;
  return (
    <section className={styles['section']} aria-labelledby="topology">
      <h2 id="topology">{t('topology.title')}</h2>
      {hasControls ? (
        <Tabs
          label={t('topology.title')}
          parameter="topology"
          tabs={[
            { key: 'graph', label: t('topology.asGraph'), content: () => graph },
            { key: 'table', label: t('topology.asTable'), content: () => table },
          ]}
        />
      ) : (
        <TopologyGraph operations={operations} chosen="" hrefOf={null} />
      )}
    </section>
  );
}

function ChosenGraph({ operations }: { operations: Operations }) {
  const { t } = useTranslation('operations');
  const [{ way, registries }] = useUrlState(urlDefaults);
  const words = useRouteWords();
  const route = operations.routes.find((each) => routeKey(each) === way);
  const hrefOf = (key: string) =>
    paths.operations({
      way: key === way ? undefined : key,
      registries: registries === urlDefaults.registries ? undefined : registries,
    });
  return (
    <>
      <TopologyGraph operations={operations} chosen={way} hrefOf={hrefOf} />
      <p className={styles['wayFacts']} role="status">
        {route === undefined ? (
          t(operations.routes.length === 0 ? 'topology.none' : 'topology.hint')
        ) : (
          <>
            <RouteText sourceIds={[route.sourceRegistryId]} destinationIds={[route.destinationRegistryId]} />
            {words.facts(route).map((fact) => (
              <span key={fact}>{fact}</span>
            ))}
            <Link
              to={paths.executions({
                state: isWaiting(route.activity) ? 'waiting' : route.failedLastHour > 0 ? 'failed' : 'running',
              })}
            >
              {t('topology.copies')}
            </Link>
          </>
        )}
      </p>
    </>
  );
}
