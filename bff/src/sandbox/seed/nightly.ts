import { composeImage, type SeedArtifact } from './image.ts';
import type { Workshop } from './workshop.ts';

const NIGHTLY_COUNT = 1_600;
const RELEASE_COUNT = 400;

export interface NightlyTag {
  readonly tag: string;
  readonly artifact: SeedArtifact;
}

/**
 * Two thousand tags as years of automation leave them: a dated one for every night, and releases with their release
 * candidates. One layer serves all; a config serves a month, and the manifests differ by their annotations.
 */
export async function nightlyTags(workshop: Workshop): Promise<NightlyTag[]> {
  const layer = await workshop.layer(
    [{ path: 'etc/nightly', content: 'The nightly build of the platform’s base, without anything in it yet.\n' }],
    { createdBy: 'COPY nightly /etc/' },
  );
  const build = (tag: string, daysAgo: number): NightlyTag => ({
    tag,
    artifact: composeImage({
      layers: [...workshop.shellLayers.slice(0, 1), layer],
      run: { Env: ['PATH=/bin'], Cmd: ['cat', '/etc/nightly'] },
      createdAt: workshop.daysAgo(Math.ceil(daysAgo / 30) * 30),
      platform: workshop.platform,
      annotations: {
        'org.opencontainers.image.version': tag,
        'org.opencontainers.image.created': workshop.daysAgo(daysAgo).toISOString(),
      },
    }),
  });
  const nights = Array.from({ length: NIGHTLY_COUNT }, (_, index) => {
    const daysAgo = NIGHTLY_COUNT - index;
    return build(`nightly-${workshop.daysAgo(daysAgo).toISOString().slice(0, 10)}`, daysAgo);
  });
  const releases = releaseVersions(RELEASE_COUNT).map((version, index) => build(version, (RELEASE_COUNT - index) * 4));
  return [...nights, ...releases];
}

/** Oldest first: 1.0.0-rc.1, 1.0.0, 1.0.1 … 1.1.0-rc.1 and so on. */
function releaseVersions(count: number): string[] {
  const versions: string[] = [];
  for (let minor = 0; versions.length < count; minor += 1) {
    const train = `${1 + Math.floor(minor / 12)}.${minor % 12}`;
    versions.push(`${train}.0-rc.1`, `${train}.0-rc.2`);
    for (let patch = 0; patch < 8; patch += 1) versions.push(`${train}.${patch}`);
  }
  return versions.slice(0, count);
}
