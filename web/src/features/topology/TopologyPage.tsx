import Button from '@mui/material/Button';
import type { Operations } from 'bff/contract/operations';
import type { Policy } from 'bff/contract/policies';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { ReplicationTabs } from '../../domain/ReplicationTabs.tsx';
import { TopologyGraph } from '../../domain/topology/TopologyGraph.tsx';
import { waysAsKnown, waysOf } from '../../domain/topology/ways.ts';
import { routeKey } from '../../domain/traffic.ts';
import { paths } from '../../paths.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Page } from '../../ui/Page.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { ShapeList } from './ShapeList.tsx';
import { shapesOf } from './shapes.ts';
import { useTopology } from './topology-queries.ts';
import styles from './topology-page.module.css';
import { WayFacts, WayList } from './WayList.tsx';

const urlDefaults = { way: '' };

/** Every way that policies make, drawn together: how images get from where they are pushed to where they belong. */
export function TopologyPage() {
  const { t } = useTranslation('topology');
  const errorWords = useErrorWords();
  const { policies, operations } = useTopology();
  const directory = useRegistryDirectory();
  const ways = useMemo(
    () => waysAsKnown(waysOf(policies.data ?? [], operations.data), directory),
    [policies.data, operations.data, directory],
  );
  return (
    <Page
      title={t('title')}
      facts={policies.data === undefined ? undefined : t('facts', { count: ways.length })}
      toolbar={<ReplicationTabs />}
    >
      {policies.data === undefined ? (
        policies.error === null ? (
          <Skeleton />
        ) : (
          <ErrorState title={t('notRead')} error={errorWords(policies.error)} onRetry={() => void policies.refetch()} />
        )
      ) : (
        <>
          {operations.error === null ? null : (
            <p className={styles['warning']} role="status">
              {t('figuresMissing', { sentence: errorWords(operations.error)?.sentence ?? '' })}
            </p>
          )}
          {ways.length === 0 ? (
            <NoWays />
          ) : (
            <Drawn ways={ways} policies={policies.data} registries={operations.data?.registries ?? []} />
          )}
        </>
      )}
    </Page>
  );
}

interface DrawnProps {
  ways: ReturnType<typeof waysOf>;
  policies: readonly Policy[];
  registries: Operations['registries'];
}

function Drawn({ ways, policies, registries }: DrawnProps) {
  const { t } = useTranslation('topology');
  const [{ way }] = useUrlState(urlDefaults);
  const shapes = useMemo(() => shapesOf(policies), [policies]);
  const chosen = ways.find((each) => routeKey(each) === way);
  return (
    <>
      <TopologyGraph
        ways={ways}
        registries={registries}
        chosen={way}
        hrefOf={(key) => paths.topology({ way: key === way ? undefined : key })}
      />
      <div className={styles['facts']} role="status">
        {chosen === undefined ? (
          <>
            <span>{t('hint')}</span>
            {!ways.some(({ isOff }) => isOff) ? null : <span>{t('offNote')}</span>}
          </>
        ) : (
          <WayFacts way={chosen} />
        )}
      </div>
      <ShapeList shapes={shapes} />
      <WayList ways={ways} chosen={way} />
    </>
  );
}

function NoWays() {
  const { t } = useTranslation('topology');
  return (
    <EmptyState
      title={t('empty')}
      action={
        <Button variant="outlined" component={Link} to={paths.policies()}>
          {t('policies')}
        </Button>
      }
    >
      {t('emptyHint')}
    </EmptyState>
  );
}

function Skeleton() {
  return (
    <div aria-hidden="true">
      {[260, 90, 160].map((height, index) => (
        <div key={index} className={styles['skeleton']} style={{ height }} />
      ))}
    </div>
  );
}
