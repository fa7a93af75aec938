import type { Descriptor, ImageIndex, Platform } from './manifest.ts';

/** A platform as manifests, configs and the catalog name it. */
export interface NamedPlatform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | null | undefined;
}

/** What an architecture is where nobody says its variant, as containerd has it: some builders write it, some do not. */
const usualVariants: Readonly<Record<string, string>> = { amd64: 'v1', arm64: 'v8', arm: 'v7' };

/** `linux/amd64`, `linux/arm/v7`. */
export function parsePlatformName(name: string): Platform {
  const [os = '', architecture = '', variant] = name.split('/');
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

/** Without a variant every variant is wanted. */
export function isWantedPlatform(platform: NamedPlatform, wanted: readonly Platform[]): boolean {
  return wanted.some(
    ({ os, architecture, variant }) =>
      os === platform.os &&
      architecture === platform.architecture &&
      (variant === undefined || variant === (platform.variant ?? usualVariants[architecture])),
  );
}

/** Whether an artifact of these platforms has a wanted one; what is of no known platform is for all of them. */
export function hasWantedPlatform(platforms: readonly NamedPlatform[], wanted: readonly Platform[]): boolean {
  return platforms.length === 0 || platforms.some((platform) => isWantedPlatform(platform, wanted));
}

/**
 * The children of an index that belong to the wanted platforms: their images, the attestations of those, and what is of no
 * platform and about nobody, such as an index below. An index that names no platform at all is wanted whole; one that
 * has none of the wanted, not at all.
 */
export function wantedChildren(index: ImageIndex, wanted: readonly Platform[]): readonly Descriptor[] {
  const known = index.manifests.filter(isOfPlatform);
  if (known.length === 0) return index.manifests;
  const images = known.filter(({ platform }) => platform !== undefined && isWantedPlatform(platform, wanted));
  const digests = new Set<string>(images.map(({ digest }) => digest));
  if (digests.size === 0) return [];
  return index.manifests.filter((child) => {
    if (isOfPlatform(child)) return digests.has(child.digest);
    // BuildKit's attestations name the image they are about in this annotation.
    const subject = child.annotations?.['vnd.docker.reference.digest'];
    return subject === undefined || digests.has(subject);
  });
}

/** Attestations ride along as unknown/unknown and run nowhere. */
function isOfPlatform({ platform }: Descriptor): boolean {
  return platform !== undefined && platform.os !== 'unknown';
}
