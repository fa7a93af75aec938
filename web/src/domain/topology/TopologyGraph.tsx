import type { Operations } from 'bff/contract/operations';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMaintenanceWords } from '../maintenance.ts';
import { useCurrentFigures } from '../current-figures.ts';
import { type KnownRegistry, useRegistryDirectory } from '../registry-directory.ts';
import { useEnvironmentName } from '../RegistryChip.tsx';
import { type RouteEnds, routeKey } from '../traffic.ts';
import { paths } from '../../paths.ts';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { useSideways } from '../../ui/use-sideways.ts';
import styles from './topology.module.css';
import { healthTones } from './health-tones.ts';
import { lineOf } from './route-status.ts';
import { useRouteWords } from './route-words.ts';
import type { Way } from './ways.ts';
import { LABEL_HEIGHT, labelWidth, spreadLabels } from './topology-labels.ts';
import {
  layoutTopology,
  NODE_HEIGHT,
  NODE_WIDTH,
  type Topology,
  type TopologyEdge,
  type TopologyNode,
} from './topology-layout.ts';

interface TopologyGraphProps {
  /** With their figures where these are known. */
  ways: readonly Way[];
  registries: Operations['registries'];
  /** The chosen way, by its key. */
  chosen: string;
  /** Where choosing a way leads; null where nobody presses anything. */
  hrefOf: ((key: string) => string) | null;
}

/** Smaller than so much of its size its words cannot be read; it is scrolled instead. */
const READABLE_SHARE = 0.9;
/** Nobody scrolls a wall. */
const WALL_SHARE = 0.5;

/** Registries by environment, and between them what flows now or did lately; the wider, the faster. */
export function TopologyGraph({ ways, registries, chosen, hrefOf }: TopologyGraphProps) {
  const { t } = useTranslation('operations');
  const nameOf = useEnvironmentName();
  const directory = useRegistryDirectory();
  const layout = useLayout(ways, directory.registries);
  const routes = new Map(ways.map((way) => [routeKey(way), way]));
  const flows = new Map(registries.map((flow) => [flow.registryId, flow]));
  const [scroller, hidden] = useSideways<HTMLDivElement>();
  return (
    <div className={styles['frame']} data-left={hidden.left} data-right={hidden.right}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- Scrolled with the keyboard too, so it takes the focus. */}
      <div ref={scroller} className={styles['scroll']} role="group" aria-label={t('topology.graph')} tabIndex={0}>
        <svg
          className={styles['graph']}
          viewBox={`0 0 ${layout.width} ${layout.height}`}
          style={{ maxWidth: layout.width, minWidth: layout.width * (hrefOf === null ? WALL_SHARE : READABLE_SHARE) }}
        >
          <Arrowheads />
          {layout.columns.map(({ environment, x }) => (
            <text key={environment} x={x} y={15} className={styles['environment']}>
              {nameOf(environment)}
            </text>
          ))}
          {layout.edges.map((edge) => {
            const route = routes.get(edge.key);
            if (route === undefined) return null;
            const href = hrefOf === null ? null : hrefOf(edge.key);
            return <Edge key={edge.key} edge={edge} way={route} isChosen={edge.key === chosen} href={href} />;
          })}
          <Labels layout={layout} routes={routes} />
          {layout.nodes.map((node) => (
            <Node
              key={node.id}
              node={node}
              registry={directory.find(node.id)}
              flow={flows.get(node.id)}
              isLinked={hrefOf !== null}
            />
          ))}
        </svg>
      </div>
    </div>
  );
}

/** Drawn anew only when there are other registries or other ways, not with every figure. */
function useLayout(routes: readonly RouteEnds[], registries: readonly KnownRegistry[]): Topology {
  const keys = routes.map(routeKey).toSorted().join('\n');
  return useMemo(() => {
    const ways = keys === '' ? [] : keys.split('\n');
    return layoutTopology(
      registries.map(({ id, environment }) => ({ id, environment })),
      ways.map((key) => {
        const [sourceRegistryId = '', destinationRegistryId = ''] = key.split(' ');
        return { key, sourceRegistryId, destinationRegistryId };
      }),
    );
  }, [keys, registries]);
}

const tones = ['moving', 'waiting', 'onHold', 'failing', 'idle'] as const;

function Arrowheads() {
  return (
    <defs>
      {tones.map((tone) => (
        <marker
          key={tone}
          id={`arrow-${tone}`}
          className={styles['arrow']}
          data-tone={tone}
          viewBox="0 0 10 10"
          refX="9"
          refY="5"
          markerWidth="11"
          markerHeight="11"
          markerUnits="userSpaceOnUse"
          orient="auto"
        >
          <path d="M0 0L10 5L0 10z" />
        </marker>
      ))}
    </defs>
  );
}

interface EdgeProps {
  edge: TopologyEdge;
  way: Way;
  isChosen: boolean;
  href: string | null;
}

function Edge({ edge, way, isChosen, href }: EdgeProps) {
  const words = useRouteWords();
  const { tone, thickness } = lineOf(way);
  const drawn = (
    <>
      <path d={edge.path} className={styles['touch']} />
      <path d={edge.path} className={styles['edge']} strokeWidth={thickness} markerEnd={`url(#arrow-${tone})`} />
    </>
  );
  const shared = {
    className: styles['way'] ?? '',
    'data-tone': tone,
    'data-off': way.isOff,
    'data-once': way.isOnce,
    'data-chosen': isChosen,
  };
  if (href === null) {
    return (
      <g {...shared} role="img" aria-label={words.long(way)}>
        {drawn}
      </g>
    );
  }
  return (
    <Link {...shared} to={href} preventScrollReset aria-label={words.long(way)} aria-current={isChosen}>
      <title>{words.long(way)}</title>
      {drawn}
    </Link>
  );
}

interface LabelsProps {
  layout: Topology;
  routes: ReadonlyMap<string, RouteEnds>;
}

/** Over every line, also those that cross, and none over another; what they say is in the name of the line. */
function Labels({ layout, routes }: LabelsProps) {
  const words = useRouteWords();
  const labels = layout.edges.flatMap(({ key, labelX, labelY, labelAnchor }) => {
    const route = routes.get(key);
    const text = route === undefined ? '' : words.short(route);
    if (route === undefined || text === '') return [];
    const width = labelWidth(text);
    const x = labelAnchor === 'middle' ? labelX - width / 2 : labelX;
    return [{ key, text, tone: lineOf(route).tone, x, y: labelY - LABEL_HEIGHT / 2, width, height: LABEL_HEIGHT }];
  });
  const nodes = layout.nodes.map(({ x, y }) => ({ x, y, width: NODE_WIDTH, height: NODE_HEIGHT }));
  return spreadLabels(labels, nodes, layout.height).map(({ key, text, tone, ...box }) => (
    <g key={key} className={styles['edgeWords']} data-tone={tone} aria-hidden="true">
      <rect {...box} rx={3} />
      <text x={box.x + box.width / 2} y={box.y + box.height / 2} dy="0.35em" textAnchor="middle">
        {text}
      </text>
    </g>
  ));
}

interface NodeProps {
  node: TopologyNode;
  registry: KnownRegistry;
  flow: Operations['registries'][number] | undefined;
  isLinked: boolean;
}

function Node({ node, registry, flow, isLinked }: NodeProps) {
  const { t } = useTranslation('operations');
  const { name, health } = registry;
  const rest = useMaintenanceWords()(registry);
  const { rate, isLost } = useCurrentFigures();
  const parts = [
    flow === undefined || flow.inBytesPerSecond === 0 || isLost ? null : `↓ ${rate(flow.inBytesPerSecond)}`,
    flow === undefined || flow.outBytesPerSecond === 0 || isLost ? null : `↑ ${rate(flow.outBytesPerSecond)}`,
  ].filter((part) => part !== null);
  const content: ReactNode = (
    <>
      <span className={styles['nodeName']} title={name}>
        <bdi>{name}</bdi>
      </span>
      <span className={styles['nodeFacts']}>
        <StatusDot
          tone={rest === null ? (healthTones[health] ?? 'neutral') : 'neutral'}
          label={rest ?? t(`health.${health}`)}
          isLabelHidden={parts.length > 0}
        />
        {parts.map((part) => (
          <span key={part}>{part}</span>
        ))}
      </span>
    </>
  );
  return (
    <foreignObject x={node.x} y={node.y} width={NODE_WIDTH} height={NODE_HEIGHT} className={styles['place']}>
      {isLinked ? (
        <Link to={paths.registry(node.id)} className={styles['node']} data-health={health}>
          {content}
        </Link>
      ) : (
        <div className={styles['node']} data-health={health}>
          {content}
        </div>
      )}
    </foreignObject>
  );
}
