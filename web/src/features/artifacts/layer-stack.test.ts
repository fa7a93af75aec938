import { describe, expect, it } from 'vitest';
import { historyLine, layerHeightPx, stackLayers } from './layer-stack.ts';

const layer = (letter: string, sizeBytes = 10) => ({
  digest: `sha256:${letter.repeat(64)}`,
  mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  sizeBytes,
  title: null,
  alsoInRepositories: 0,
});
const step = (createdBy: string, at: number | null) => ({ createdBy, createdAt: null, comment: null, layer: at });

describe('layerHeightPx', () => {
  it('grows with the size, between one line and four', () => {
    const heights = [0, 4096, 1e6, 1e8, 1e9].map((size) => layerHeightPx(size, 1e9));
    expect(heights[0]).toBe(28);
    expect(heights[1]).toBe(28);
    expect(heights.at(-1)).toBe(96);
    expect(heights).toEqual(heights.toSorted((a, b) => a - b));
  });
  it('is one line when nothing is large', () => {
    expect(layerHeightPx(100, 100)).toBe(28);
    expect(layerHeightPx(0, 0)).toBe(28);
  });
});

describe('stackLayers', () => {
  const artifact = {
    layers: [layer('a'), layer('b')],
    history: [step('ADD base', 0), step('ENV A=1', null), step('COPY app', 1)],
  };
  it('gives each layer the step that made it', () => {
    expect(stackLayers(artifact, false).map((one) => one.step?.createdBy)).toEqual(['ADD base', 'COPY app']);
  });
  it('puts the steps without bytes between them when asked', () => {
    expect(stackLayers(artifact, true).map((one) => [one.index, one.step?.createdBy])).toEqual([
      [0, 'ADD base'],
      [null, 'ENV A=1'],
      [1, 'COPY app'],
    ]);
  });
  it('loses no layer to a history that does not fit', () => {
    const odd = { layers: artifact.layers, history: [step('X', 7), step('Y', 0), step('Z', 0)] };
    expect(stackLayers(odd, true).map((one) => one.index)).toEqual([0, 1]);
    expect(stackLayers({ layers: artifact.layers, history: [] }, true)).toHaveLength(2);
  });
});

describe('historyLine', () => {
  it('shows the instruction alone', () => {
    expect(historyLine('/bin/sh -c #(nop)  CMD ["sh"]')).toBe('CMD ["sh"]');
    expect(historyLine('/bin/sh -c apt-get update')).toBe('RUN apt-get update');
    expect(historyLine('RUN /bin/sh -c npm ci # buildkit')).toBe('RUN npm ci');
    expect(historyLine('COPY . /app # buildkit')).toBe('COPY . /app');
    expect(historyLine('|1 VERSION=3 /bin/sh -c make')).toBe('RUN make');
  });
  it('is nothing for an empty text', () => {
    expect(historyLine(null)).toBeNull();
    expect(historyLine('  ')).toBeNull();
  });
});
