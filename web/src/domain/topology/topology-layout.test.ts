import { describe, expect, it } from 'vitest';
import { layoutTopology, NODE_HEIGHT, NODE_WIDTH } from './topology-layout.ts';

const place = (id: string, environment: string) => ({ id, environment });
const way = (sourceRegistryId: string, destinationRegistryId: string) => ({
  key: `${sourceRegistryId} ${destinationRegistryId}`,
  sourceRegistryId,
  destinationRegistryId,
});
const twelve = [
  place('dev', 'development'),
  ...['a', 'b'].map((id) => place(`test-${id}`, 'testing')),
  place('stage', 'staging'),
  ...['hq', 'north', 'south', 'east', 'west', 'far-1', 'far-2', 'far-3'].map((id) => place(id, 'production')),
];
const numbers = (path: string) => [...path.matchAll(/-?\d+(?:\.\d+)?/g)].map(([text]) => Number(text));

describe('the drawing of registries', () => {
  it('has a column for each environment, in order, and everybody in a place of their own', () => {
    const { nodes, columns, width, height } = layoutTopology(twelve, []);
    expect(columns.map(({ environment }) => environment)).toEqual(['development', 'testing', 'staging', 'production']);
    expect(columns.map(({ x }) => x)).toEqual(columns.map(({ x }) => x).toSorted((one, other) => one - other));
    expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(12);
    for (const { x, y } of nodes) {
      expect(x + NODE_WIDTH).toBeLessThanOrEqual(width);
      expect(y + NODE_HEIGHT).toBeLessThanOrEqual(height);
    }
  });

  it('leads a way from the right of its source to the left of the next', () => {
    const { nodes, edges } = layoutTopology(twelve, [way('dev', 'test-b')]);
    const find = (id: string) => nodes.find((node) => node.id === id) ?? expect.fail();
    const path = numbers(edges[0]?.path ?? '');
    expect(path.slice(0, 2)).toEqual([find('dev').x + NODE_WIDTH, find('dev').y + NODE_HEIGHT / 2]);
    expect(path.slice(-2)).toEqual([find('test-b').x, find('test-b').y + NODE_HEIGHT / 2]);
  });

  it('leads a way that passes over a column where no registry stands', () => {
    const { nodes, edges } = layoutTopology(twelve, [way('dev', 'south')]);
    const [laneY] = [...(edges[0]?.path ?? '').matchAll(/L\S+ (\S+?)C/g)].map(([, y]) => Number(y));
    for (const { y } of nodes) expect((laneY ?? 0) > y && (laneY ?? 0) < y + NODE_HEIGHT).toBe(false);
  });

  it('keeps the two directions of a pair, and the ways into one registry, apart', () => {
    const ways = [way('hq', 'stage'), way('stage', 'hq'), way('dev', 'stage'), way('hq', 'north'), way('north', 'hq')];
    const { edges } = layoutTopology(twelve, ways);
    expect(new Set(edges.map(({ path }) => path)).size).toBe(5);
    const ends = edges.map(({ path }) => numbers(path).slice(-2).join(' '));
    expect(new Set(ends).size).toBe(5);
  });

  it('has the words of ways within a column beside all of these, one below the other, within the drawing', () => {
    const { edges, width } = layoutTopology(twelve, [way('hq', 'north'), way('hq', 'south'), way('hq', 'far-3')]);
    for (const { labelX, labelAnchor } of edges) {
      expect(labelAnchor).toBe('start');
      for (const { path } of edges) {
        const [startX = 0, , bendX = 0] = numbers(path);
        // A curve of this kind gets three quarters of the way to its bend.
        expect(labelX).toBeGreaterThan(startX + 0.75 * (bendX - startX));
      }
      expect(labelX + 60).toBeLessThanOrEqual(width);
    }
    const heights = edges.map(({ labelY }) => labelY).toSorted((one, other) => one - other);
    for (const [index, y] of heights.slice(1).entries()) expect(y - (heights[index] ?? 0)).toBeGreaterThan(14);
  });

  it('does not draw what leads nowhere', () => {
    expect(layoutTopology(twelve, [way('dev', 'gone'), way('dev', 'dev')]).edges).toEqual([]);
    expect(layoutTopology([], []).nodes).toEqual([]);
  });
});
