import { parse, Range, type SemVer } from 'semver';
import { compileGlob, type Glob } from '../../access/glob.ts';
import { hasWantedPlatform, type NamedPlatform, parsePlatformName } from '../../registry-client/index.ts';
import type { PolicyFilters } from './policy.ts';

/** A tag of the source as the catalog has it. */
export interface SourceTag {
  readonly repository: string;
  readonly name: string;
  readonly digest: string;
  /** When its content was first pushed by somebody who is not Longshore. */
  readonly originMs: number;
  /** The news of the push is still to come, and may say otherwise. */
  readonly isOriginGuessed: boolean;
  /** The push, else the image's creation. */
  readonly pushedMs: number;
  readonly totalSizeBytes: number | null;
  /** Of the image, or of an index's children; none where it is of no known platform. */
  readonly platforms: readonly NamedPlatform[];
}

export interface NamedTag {
  readonly repository: string;
  readonly name: string;
}

/** A tag that the source had and deleted. */
export interface Tombstone extends NamedTag {
  /** All that it ever was, the last first: a destination may have missed some of it. */
  readonly digests: readonly string[];
  readonly deletedMs: number;
}

export class FilterError extends Error {
  override readonly name = 'FilterError';
  /** Dotted, below the content. */
  readonly field: string;
  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

export interface CompiledFilters {
  readonly fitsRepository: (repository: string) => boolean;
  /** By name alone: what tombstones are chosen by, too. */
  readonly fitsTagName: (tag: string) => boolean;
  /** Of the tags whose repository fits. */
  readonly select: (tags: readonly SourceTag[], nowMs: number) => SourceTag[];
}

const dayMs = 86_400_000;

/** @throws FilterError */
export function compileFilters(filters: PolicyFilters): CompiledFilters {
  const fitsRepository = either('filters.repositories', filters.repositories);
  const fitsPattern = either('filters.tags', filters.tags);
  const fitsVersion = versions(filters.semver);
  const wanted = filters.platforms?.map(parsePlatformName);
  const fitsPlatforms = (platforms: readonly NamedPlatform[]): boolean =>
    wanted === undefined || hasWantedPlatform(platforms, wanted);
  const fitsTagName = (tag: string): boolean => fitsPattern(tag) && fitsVersion(tag);
  return {
    fitsRepository,
    fitsTagName,
    select: (tags, nowMs) => {
      const { newest, newerThanDays } = filters;
      const earliestMs = newerThanDays === null ? Number.NEGATIVE_INFINITY : nowMs - newerThanDays * dayMs;
      const fitting = tags.filter(
        ({ name, pushedMs, platforms }) => pushedMs >= earliestMs && fitsTagName(name) && fitsPlatforms(platforms),
      );
      return newest === null ? fitting : newestOf(fitting, newest);
    },
  };
}

function newestOf(tags: readonly SourceTag[], count: number): SourceTag[] {
  return [...Map.groupBy(tags, ({ repository }) => repository).values()].flatMap((ofRepository) =>
    ofRepository.toSorted((a, b) => b.pushedMs - a.pushedMs || (a.name < b.name ? -1 : 1)).slice(0, count),
  );
}

/** Names come again and again: each is matched once. */
function either(
  field: string,
  { include, exclude }: { readonly include: readonly string[]; readonly exclude: readonly string[] },
): Glob {
  const included = include.map((pattern) => glob(`${field}.include`, pattern));
  const excluded = exclude.map((pattern) => glob(`${field}.exclude`, pattern));
  const known = new Map<string, boolean>();
  return (name) => {
    let fits = known.get(name);
    if (fits === undefined) {
      fits = included.some((matches) => matches(name)) && !excluded.some((matches) => matches(name));
      known.set(name, fits);
    }
    return fits;
  };
}

function glob(field: string, pattern: string): Glob {
  if (pattern === '**') return () => true;
  if (pattern === '*') return (name) => !name.includes('/');
  try {
    return compileGlob(pattern);
  } catch (error) {
    throw new FilterError(field, error instanceof Error ? error.message : String(error));
  }
}

function versions(range: string | null): (tag: string) => boolean {
  if (range === null) return () => true;
  let compiled: Range;
  try {
    compiled = new Range(range);
  } catch {
    throw new FilterError('filters.semver', `“${range}” is no range of versions; one is >=2.0.0 <3.`);
  }
  return (tag) => {
    const version: SemVer | null = parse(tag);
    return version !== null && compiled.test(version);
  };
}
