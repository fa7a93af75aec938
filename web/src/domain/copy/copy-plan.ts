import type { CopyPreview, CopyRequest } from 'bff/contract/replication';
import type { KnownRegistry } from '../registry-directory.ts';

export interface CopySource {
  readonly registryId: string;
  readonly repository: string;
  /** Tags or digests. */
  readonly references: readonly string[];
}

/** What a person chose; empty text means “the same as at the source”. */
export interface CopyChoice {
  readonly destinationIds: readonly string[];
  readonly repository: string;
  readonly tag: string;
  readonly includeReferrers: boolean;
  readonly whenDifferent: CopyRequest['whenDifferent'];
}

export type CopyOutcome = CopyPreview['items'][number]['outcome'];

/** In the order in which a person wants to hear of them. */
export const copyOutcomes = [
  'impossible',
  'replace',
  'copy',
  'skip',
  'up-to-date',
] as const satisfies readonly CopyOutcome[];

export interface EnvironmentGroup {
  readonly environment: string;
  readonly registries: readonly KnownRegistry[];
}

/** Registries by environment, in the order they came in, which is the order of the environments. */
export function groupByEnvironment(registries: readonly KnownRegistry[]): EnvironmentGroup[] {
  const groups = new Map<string, KnownRegistry[]>();
  for (const registry of registries) {
    const group = groups.get(registry.environment);
    if (group === undefined) groups.set(registry.environment, [registry]);
    else group.push(registry);
  }
  return [...groups].map(([environment, members]) => ({ environment, registries: members }));
}

/** What was chosen, of the registries where the reader may push: another project as the destination may forbid some. */
export function withinPlaces(choice: CopyChoice, places: readonly Pick<KnownRegistry, 'id'>[]): CopyChoice {
  return { ...choice, destinationIds: choice.destinationIds.filter((id) => places.some((place) => place.id === id)) };
}

/** A tag can be renamed only when there is one, and a digest has none to keep. */
export const canRenameTag = (source: CopySource): boolean => source.references.length === 1;

/** The source registry is a destination only under another name, or it would be copied onto itself. */
export function isOntoItself(source: CopySource, choice: CopyChoice, registryId: string): boolean {
  if (registryId !== source.registryId) return false;
  const isSameRepository = choice.repository === '' || choice.repository === source.repository;
  const isSameTag = choice.tag === '' || choice.tag === source.references[0];
  return isSameRepository && (!canRenameTag(source) || isSameTag);
}

/** Undefined while nothing is chosen that could be asked about. */
export function buildCopyRequest(source: CopySource, choice: CopyChoice): CopyRequest | undefined {
  const destinations = choice.destinationIds
    .filter((registryId) => !isOntoItself(source, choice, registryId))
    .map((registryId) => ({
      registryId,
      ...(choice.repository === '' ? {} : { repository: choice.repository }),
      ...(choice.tag === '' || !canRenameTag(source) ? {} : { tag: choice.tag }),
    }));
  if (destinations.length === 0 || source.references.length === 0) return undefined;
  return {
    source: { registryId: source.registryId, repository: source.repository },
    references: [...source.references],
    destinations,
    includeReferrers: choice.includeReferrers,
    whenDifferent: choice.whenDifferent,
  };
}

export function countOutcomes(preview: CopyPreview): Record<CopyOutcome, number> {
  const counts: Record<CopyOutcome, number> = { copy: 0, replace: 0, skip: 0, 'up-to-date': 0, impossible: 0 };
  for (const item of preview.items) counts[item.outcome] += 1;
  return counts;
}

/** Why a copy cannot be started; null where it can, or where that is not known yet. */
export type CopyObstacle = 'destination' | 'name' | 'impossible' | 'nothing';

export function obstacleOf(
  choice: Pick<CopyChoice, 'destinationIds'>,
  isNameWrong: boolean,
  preview: CopyPreview | undefined,
): CopyObstacle | null {
  if (isNameWrong) return 'name';
  if (choice.destinationIds.length === 0) return 'destination';
  if (preview === undefined || hasWork(preview)) return null;
  return preview.items.some(({ outcome }) => outcome === 'impossible') ? 'impossible' : 'nothing';
}

/** Whether starting would do anything at all. */
export function hasWork(preview: CopyPreview): boolean {
  return preview.items.some((item) => item.outcome === 'copy' || item.outcome === 'replace');
}
