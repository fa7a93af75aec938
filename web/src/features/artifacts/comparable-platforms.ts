import type { Artifact } from 'bff/contract/artifacts';
import { platformLabel } from '../../domain/platform.ts';

/** A platform that both sides have, with the digest of its image on each; null where a side has only the image itself. */
export interface ComparablePlatform {
  label: string;
  leftDigest: string;
  rightDigest: string;
}

type Sided = Pick<Artifact, 'kind' | 'digest' | 'platform' | 'platforms'>;

/** The platforms that can be compared image by image, in the left's order. */
export function comparablePlatforms(left: Sided, right: Sided): ComparablePlatform[] {
  const onRight = new Map(platformDigests(right));
  return platformDigests(left).flatMap(([label, leftDigest]) => {
    const rightDigest = onRight.get(label);
    return rightDigest === undefined ? [] : [{ label, leftDigest, rightDigest }];
  });
}

function platformDigests({ kind, digest, platform, platforms }: Sided): [string, string][] {
  if (kind !== 'index') return platform === null ? [] : [[platformLabel(platform), digest]];
  return platforms
    .filter((entry) => entry.platform !== null && !entry.isAttestation && entry.isPresent)
    .map((entry): [string, string] => [entry.platform === null ? '' : platformLabel(entry.platform), entry.digest]);
}

const PREFERRED = 'linux/amd64';

/** The one asked for, else the most common one, else the first. */
export function choosePlatform<P extends { label: string }>(platforms: readonly P[], wanted: string): P | undefined {
  return (
    platforms.find(({ label }) => label === wanted) ??
    platforms.find(({ label }) => label === PREFERRED) ??
    platforms[0]
  );
}
