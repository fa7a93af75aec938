/** Sizes in the units of the drawing, which are pixels as long as there is room for them. */
export const NODE_WIDTH = 176;
export const NODE_HEIGHT = 48;
const COLUMN_GAP = 124;
const ROW_GAP = 40;
const MARGIN = 12;
/** The environments' names, and above the first row the lines that pass over it. */
const HEAD = 74;
const BEND = 62;
/** Between two lines that run side by side. */
const LANE = 7;
const BULGE = 56;
/** The words of ways within a column stand beside all of them. */
const WORDS = 68;

interface Place {
  readonly id: string;
  readonly environment: string;
}
interface Way {
  readonly key: string;
  readonly sourceRegistryId: string;
  readonly destinationRegistryId: string;
}
export interface TopologyNode extends Place {
  readonly x: number;
  readonly y: number;
}
export interface TopologyEdge {
  readonly key: string;
  readonly path: string;
  /** Of the words about it: their middle, or where they begin. */
  readonly labelX: number;
  readonly labelY: number;
  readonly labelAnchor: 'middle' | 'start';
}
export interface Topology {
  readonly width: number;
  readonly height: number;
  readonly columns: readonly { readonly environment: string; readonly x: number }[];
  readonly nodes: readonly TopologyNode[];
  readonly edges: readonly TopologyEdge[];
}

type Side = 'left' | 'right';
interface Placed extends TopologyNode {
  readonly column: number;
  readonly row: number;
}
interface Ends {
  readonly way: Way;
  readonly from: Placed;
  readonly to: Placed;
  readonly fromSide: Side;
  readonly toSide: Side;
}
interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Registries in columns, one for each environment in its order, so that what is promoted flows from left to right. A way
 * that passes over a column runs in the lane between two rows, where nothing stands.
 */
export function layoutTopology(places: readonly Place[], ways: readonly Way[]): Topology {
  const environments = [...new Set(places.map(({ environment }) => environment))];
  const columnX = (column: number) => MARGIN + column * (NODE_WIDTH + COLUMN_GAP);
  const nodes = placeNodes(places, environments, columnX);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const ends = ways.flatMap((way) => {
    const from = byId.get(way.sourceRegistryId);
    const to = byId.get(way.destinationRegistryId);
    return from === undefined || to === undefined || from === to ? [] : [endsOf(way, from, to)];
  });
  const rows = Math.max(1, ...nodes.map(({ row }) => row + 1));
  const isLoopOutside = ends.some(
    ({ from, to }) => from.column === to.column && from.column === environments.length - 1,
  );
  return {
    width:
      columnX(Math.max(environments.length, 1)) - COLUMN_GAP + MARGIN + (isLoopOutside ? BULGE + WORDS - MARGIN : 0),
    height: HEAD + rows * (NODE_HEIGHT + ROW_GAP) - ROW_GAP + MARGIN,
    columns: environments.map((environment, column) => ({ environment, x: columnX(column) })),
    nodes,
    edges: drawEdges(ends),
  };
}

function placeNodes(places: readonly Place[], environments: readonly string[], columnX: (column: number) => number) {
  const filled = new Map<number, number>();
  return places.map((place): Placed => {
    const column = environments.indexOf(place.environment);
    const row = filled.get(column) ?? 0;
    filled.set(column, row + 1);
    return { ...place, column, row, x: columnX(column), y: rowY(row) };
  });
}

function rowY(row: number): number {
  return HEAD + row * (NODE_HEIGHT + ROW_GAP);
}

/** It leaves where it is headed; within one column it goes round on the right. */
function endsOf(way: Way, from: Placed, to: Placed): Ends {
  const fromSide = to.column < from.column ? 'left' : 'right';
  return { way, from, to, fromSide, toSide: to.column > from.column ? 'left' : 'right' };
}

function drawEdges(all: readonly Ends[]): TopologyEdge[] {
  const ports = portsOf(all);
  const lanes = new Map<number, number>();
  return all.map((ends) => {
    const { way, from, to } = ends;
    const start = ports.get(`${way.key} out`) ?? from;
    const end = ports.get(`${way.key} in`) ?? to;
    if (from.column === to.column) return loop(way.key, start, end);
    if (Math.abs(from.column - to.column) === 1) return curve(way.key, start, end);
    const row = Math.min(from.row, to.row);
    const lane = lanes.get(row) ?? 0;
    lanes.set(row, lane + 1);
    // Out from the middle of the gap, one above, one below.
    const offset = Math.ceil(lane / 2) * (lane % 2 === 0 ? 1 : -1) * LANE;
    // The words of neighbours stand one after the other, too.
    const share = 0.5 + ((lane % 3) - 1) * 0.28;
    return detour(way.key, start, end, rowY(row) - ROW_GAP / 2 + Math.max(-14, Math.min(14, offset)), share);
  });
}

/** Where lines touch a registry: side by side, in the order of where they come from, so that few cross. */
function portsOf(all: readonly Ends[]): Map<string, Point> {
  const touching = all.flatMap(({ way, from, to, fromSide, toSide }) => [
    { key: `${way.key} out`, node: from, side: fromSide, other: to },
    { key: `${way.key} in`, node: to, side: toSide, other: from },
  ]);
  const ports = new Map<string, Point>();
  for (const group of Map.groupBy(touching, ({ node, side }) => `${node.id} ${side}`).values()) {
    const ordered = group.toSorted((one, other) => one.other.y - other.other.y || one.other.x - other.other.x);
    for (const [index, { key, node, side }] of ordered.entries()) {
      const y = node.y + (NODE_HEIGHT * (index + 1)) / (ordered.length + 1);
      ports.set(key, { x: side === 'left' ? node.x : node.x + NODE_WIDTH, y });
    }
  }
  return ports;
}

function curve(key: string, start: Point, end: Point): TopologyEdge {
  const middle = (start.x + end.x) / 2;
  return {
    key,
    path: `M${start.x} ${start.y}C${middle} ${start.y} ${middle} ${end.y} ${end.x} ${end.y}`,
    labelX: middle,
    labelY: (start.y + end.y) / 2,
    labelAnchor: 'middle',
  };
}

function detour(key: string, start: Point, end: Point, laneY: number, labelShare: number): TopologyEdge {
  const direction = end.x > start.x ? 1 : -1;
  const near = (point: Point, sign: number, share: number) => point.x + sign * direction * BEND * share;
  return {
    key,
    path: [
      `M${start.x} ${start.y}C${near(start, 1, 0.6)} ${start.y} ${near(start, 1, 0.4)} ${laneY} ${near(start, 1, 1)} ${laneY}`,
      `L${near(end, -1, 1)} ${laneY}`,
      `C${near(end, -1, 0.4)} ${laneY} ${near(end, -1, 0.6)} ${end.y} ${end.x} ${end.y}`,
    ].join(''),
    labelX: near(start, 1, 1) + (near(end, -1, 1) - near(start, 1, 1)) * labelShare,
    labelY: laneY,
    labelAnchor: 'middle',
  };
}

function loop(key: string, start: Point, end: Point): TopologyEdge {
  // A longer one goes around the shorter ones.
  const reach = BULGE * Math.min(1, 0.45 + Math.abs(end.y - start.y) / 400);
  const x = start.x + reach;
  return {
    key,
    path: `M${start.x} ${start.y}C${x} ${start.y} ${x} ${end.y} ${end.x} ${end.y}`,
    // Beyond the widest of them: its line would go through the words of the others.
    labelX: start.x + BULGE * 0.75 + 8,
    labelY: (start.y + end.y) / 2 + 8,
    labelAnchor: 'start',
  };
}
