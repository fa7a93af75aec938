import type { Artifact } from 'bff/contract/artifacts';

type Layer = Artifact['layers'][number];
type HistoryStep = Artifact['history'][number];

export interface StackedLayer {
  /** Place in the manifest, 0 at the bottom; null for a step that adds no bytes. */
  index: number | null;
  layer: Layer | null;
  step: HistoryStep | null;
  heightPx: number;
}

const MIN_HEIGHT_PX = 28;
const MAX_HEIGHT_PX = 96;
/** Anything below is one line high: a 200-byte layer and a 4 kB one are the same to a reader. */
const SMALLEST_BYTES = 4096;

/**
 * Heights grow with the logarithm of the size, between one line and four: linear heights would make one base layer the
 * whole picture and hide the rest.
 */
export function layerHeightPx(sizeBytes: number, largestBytes: number): number {
  if (largestBytes <= SMALLEST_BYTES || sizeBytes <= SMALLEST_BYTES) return MIN_HEIGHT_PX;
  const share = Math.log(sizeBytes / SMALLEST_BYTES) / Math.log(largestBytes / SMALLEST_BYTES);
  return Math.round(MIN_HEIGHT_PX + Math.min(Math.max(share, 0), 1) * (MAX_HEIGHT_PX - MIN_HEIGHT_PX));
}

/**
 * The layers bottom first, each with the history step that made it. With `withEmptySteps` the steps without bytes (ENV,
 * CMD, …) stand between them. A history that does not fit the layers leaves the layers without a step.
 */
export function stackLayers(artifact: Pick<Artifact, 'layers' | 'history'>, withEmptySteps: boolean): StackedLayer[] {
  const largest = Math.max(0, ...artifact.layers.map(({ sizeBytes }) => sizeBytes));
  const asStacked = (layer: Layer, index: number, step: HistoryStep | null): StackedLayer => ({
    index,
    layer,
    step,
    heightPx: layerHeightPx(layer.sizeBytes, largest),
  });
  const stepOfLayer = new Map<number, HistoryStep>();
  for (const step of artifact.history) if (step.layer !== null) stepOfLayer.set(step.layer, step);
  if (!withEmptySteps) {
    return artifact.layers.map((layer, index) => asStacked(layer, index, stepOfLayer.get(index) ?? null));
  }
  const stacked: StackedLayer[] = [];
  const placed = new Set<number>();
  for (const step of artifact.history) {
    const layer = step.layer === null ? undefined : artifact.layers[step.layer];
    if (step.layer !== null && layer !== undefined && !placed.has(step.layer)) {
      placed.add(step.layer);
      stacked.push(asStacked(layer, step.layer, step));
    } else if (step.layer === null) {
      stacked.push({ index: null, layer: null, step, heightPx: MIN_HEIGHT_PX });
    }
  }
  for (const [index, layer] of artifact.layers.entries()) {
    if (!placed.has(index)) stacked.push(asStacked(layer, index, null));
  }
  return stacked;
}

/** The instruction without the shell that Docker's classic builder wrapped around it, and without build arguments' noise. */
export function historyLine(createdBy: string | null): string | null {
  if (createdBy === null || createdBy.trim() === '') return null;
  return createdBy
    .replace(/^\/bin\/sh -c #\(nop\)\s+/, '')
    .replace(/^(?:\|\d+ .*?)?\/bin\/sh -c /, 'RUN ')
    .replace(/^RUN \/bin\/sh -c /, 'RUN ')
    .replace(/\s+# buildkit$/, '')
    .trim();
}
