import { useQuery } from '@tanstack/react-query';
import type { Operations, Route } from 'bff/contract/operations';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RouteText } from '../../domain/tasks/RouteText.tsx';
import { isWaiting } from '../../domain/tasks/task-status.ts';
import { allPolicies } from '../../domain/policy/all-policies.ts';
import { useLivePolicies } from '../../domain/policy/policy-changes.ts';
import { useRouteWords } from '../../domain/topology/route-words.ts';
import { TopologyGraph } from '../../domain/topology/TopologyGraph.tsx';
import { type Way, waysAsKnown, waysOf } from '../../domain/topology/ways.ts';
import { hasFigures, routeKey } from '../../domain/traffic.ts';
import { paths } from '../../paths.ts';
import { Tabs } from '../../ui/Tabs.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import styles from './operations.module.css';
import { RouteTable } from './RouteTable.tsx';

const urlDefaults = { way: '', registries: 'now' };

/** Who copies to whom, drawn and as a table. */
export function TopologySection({ operations, hasControls }: { operations: Operations; hasControls: boolean }) {
  const { t } = useTranslation('operations');
  const ways = useWays(operations);
  const graph = <ChosenGraph ways={ways} registries={operations.registries} />;
  const table = <RouteTable routes={ways.filter(hasFigures)} />;
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
        <TopologyGraph ways={ways} registries={operations.registries} chosen="" hrefOf={null} />
      )}
    </section>
  );
}

/** Those of the policies, also before anything has moved there, and what moves besides. */
function useWays(operations: Operations): Way[] {
  useLivePolicies();
  const { data: policies } = useQuery(allPolicies);
  const directory = useRegistryDirectory();
  return useMemo(() => waysAsKnown(waysOf(policies ?? [], operations), directory), [policies, operations, directory]);
}

/** Of the copies along it, those that one wants to see. */
function stateOf({ activity, failedLastHour }: Route): 'waiting' | 'failed' | 'running' {
  if (isWaiting(activity)) return 'waiting';
  return failedLastHour > 0 ? 'failed' : 'running';
}

function ChosenGraph({ ways, registries }: { ways: readonly Way[]; registries: Operations['registries'] }) {
  const { t } = useTranslation('operations');
  const [{ way, registries: tab }] = useUrlState(urlDefaults);
  const words = useRouteWords();
  const route = ways.find((each) => routeKey(each) === way);
  const hrefOf = (key: string) =>
    paths.operations({
      way: key === way ? undefined : key,
      registries: tab === urlDefaults.registries ? undefined : tab,
    });
  return (
    <>
      <TopologyGraph ways={ways} registries={registries} chosen={way} hrefOf={hrefOf} />
      <p className={styles['wayFacts']} role="status">
        {route === undefined ? (
          t(ways.length === 0 ? 'topology.none' : 'topology.hint')
        ) : (
          <>
            <RouteText sourceIds={[route.sourceRegistryId]} destinationIds={[route.destinationRegistryId]} />
            {words.facts(route).map((fact) => (
              <span key={fact}>{fact}</span>
            ))}
            {route.isOnce ? <span>{t('topology.once')}</span> : null}
            <Link to={paths.executions({ state: hasFigures(route) ? stateOf(route) : 'running' })}>
              {t('topology.copies')}
            </Link>
          </>
        )}
      </p>
    </>
  );
}
