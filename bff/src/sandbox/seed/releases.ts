import type { SeedArtifact } from './image.ts';
import type { Placement } from './push.ts';

/** One version and the registries it has reached. */
export interface Release {
  readonly version: string;
  readonly daysAgo: number;
  readonly registries: readonly string[];
}

/** Builds each release once and places it; `latest` follows the newest final release of each registry. */
export async function placeReleases(
  repository: string,
  releases: readonly Release[],
  build: (release: Release) => Promise<SeedArtifact>,
): Promise<Placement[]> {
  const placements: Placement[] = [];
  const newest = new Map<string, Release>();
  const built = new Map<Release, SeedArtifact>();
  for (const release of releases.toSorted((one, other) => other.daysAgo - one.daysAgo)) {
    const artifact = await build(release);
    built.set(release, artifact);
    for (const registryId of release.registries) {
      placements.push({ registryId, repository, artifact, tags: [release.version] });
      if (!release.version.includes('-')) newest.set(registryId, release);
    }
  }
  for (const [registryId, release] of newest) {
    const artifact = built.get(release);
    if (artifact !== undefined) placements.push({ registryId, repository, artifact, tags: ['latest'] });
  }
  return placements;
}
