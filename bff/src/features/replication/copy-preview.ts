import type { CopyPreviewView, PreviewFacts } from './copy-preview.view.ts';
import { type CopyRequest, plannedTasks, type Reason, type TaskDestination, type TaskSource } from './replication.ts';
import { sentences } from './task-outcome.ts';

export interface PreviewItem {
  readonly reference: string;
  readonly destination: TaskDestination;
  readonly outcome: 'copy' | 'replace' | 'skip' | 'up-to-date' | 'impossible';
  readonly digest: string | null;
  readonly replacesDigest: string | null;
  readonly totalSizeBytes: number | null;
  readonly reason: Reason | null;
}

export interface CopyPreview {
  readonly items: readonly PreviewItem[];
  /** Null where something of unknown size is to be copied. */
  readonly bytesToCopy: number | null;
}

/** What the catalog does not know of where a copy goes. */
export interface DestinationFacts {
  readonly nameOf: (registryId: string) => string;
  readonly maintenanceOf: (registryId: string) => Reason | undefined;
  /** The rule that holds the tag, as people write it. */
  readonly findImmutable: (destination: TaskDestination) => Promise<string | undefined>;
}

/** What a copy would do, as far as the catalog knows. */
export async function previewCopy(
  view: CopyPreviewView,
  request: CopyRequest,
  destinations: DestinationFacts,
): Promise<CopyPreview> {
  const tasks = plannedTasks(request);
  const facts = await view.facts(tasks);
  const rules = await Promise.all(tasks.map(({ destination }) => destinations.findImmutable(destination)));
  const items = tasks.map(({ source, destination }, index): PreviewItem => {
    const fact = facts[index] ?? { digest: null, totalSizeBytes: null, existingDigest: null, isKnownThere: false };
    const { digest, totalSizeBytes } = fact;
    const planned = outcomeOf(source, destination, fact, request.whenDifferent, destinations.nameOf);
    const { outcome, reason } = refusedBy(planned, destination, rules[index], destinations);
    const replacesDigest = outcome === 'replace' || outcome === 'skip' ? fact.existingDigest : null;
    return { reference: source.reference, destination, outcome, digest, replacesDigest, totalSizeBytes, reason };
  });
  return { items, bytesToCopy: await bytesToCopy(view, items, request.includeReferrers) };
}

type Outcome = Pick<PreviewItem, 'outcome' | 'reason'>;

/** What stands at the destination against it: a rule for good, a maintenance for a while. */
function refusedBy(
  planned: Outcome,
  { registryId, repository, tag }: TaskDestination,
  rule: string | undefined,
  { nameOf, maintenanceOf }: DestinationFacts,
): Outcome {
  if (planned.outcome === 'replace' && rule !== undefined && tag !== null) {
    const registry = nameOf(registryId);
    return { outcome: 'impossible', reason: sentences.tagImmutable({ registry, repository, tag, rule }) };
  }
  const isWriting = planned.outcome === 'copy' || planned.outcome === 'replace';
  return { ...planned, reason: (isWriting ? maintenanceOf(registryId) : undefined) ?? planned.reason };
}

function outcomeOf(
  source: TaskSource,
  destination: TaskDestination,
  { digest, existingDigest, isKnownThere }: PreviewFacts,
  whenDifferent: CopyRequest['whenDifferent'],
  nameOf: (registryId: string) => string,
): Outcome {
  const { tag } = destination;
  const isSameRepository = source.registryId === destination.registryId && source.repository === destination.repository;
  if (isSameRepository && (tag === null || tag === source.reference)) {
    return { outcome: 'impossible', reason: samePlace };
  }
  if (digest === null) {
    return { outcome: 'copy', reason: notInCatalog(nameOf(source.registryId), source) };
  }
  if (tag === null ? isKnownThere : existingDigest === digest) return { outcome: 'up-to-date', reason: null };
  if (existingDigest === null) return { outcome: 'copy', reason: null };
  if (whenDifferent === 'replace') return { outcome: 'replace', reason: null };
  const reason = sentences.keptDifferent(tag ?? '', nameOf(destination.registryId), existingDigest);
  return { outcome: 'skip', reason };
}

const samePlace: Reason = {
  code: 'same-place',
  sentence: 'It is the same place: choose another registry, repository or tag.',
  params: {},
};

function notInCatalog(registry: string, { repository, reference }: TaskSource): Reason {
  return {
    code: 'not-in-catalog',
    sentence: `The catalog has not seen ${repository}:${reference} in ${registry} yet; it is looked up when the copy runs.`,
    params: { registry, repository, reference },
  };
}

async function bytesToCopy(
  view: CopyPreviewView,
  items: readonly PreviewItem[],
  includeReferrers: boolean,
): Promise<number | null> {
  const copied = items.filter(({ outcome }) => outcome === 'copy' || outcome === 'replace');
  if (copied.some(({ totalSizeBytes }) => totalSizeBytes === null)) return null;
  let sum = 0;
  for (const [registryId, group] of Map.groupBy(copied, ({ destination }) => destination.registryId)) {
    const digests = group.flatMap(({ digest }) => (digest === null ? [] : [digest]));
    sum += await view.bytesMissing(registryId, [...new Set(digests)], includeReferrers);
  }
  return sum;
}
