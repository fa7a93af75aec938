import { readDate, storable } from './storable-values.ts';

export interface PlatformFacts {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | null;
  readonly osVersion: string | null;
}

/** What the lists show of an image's config. */
export interface ConfigFacts {
  readonly platform: PlatformFacts | null;
  readonly createdAt: Date | null;
}

/** Anything may be in a config: what is not as the specification says counts as absent. */
export function readConfigFacts(config: Buffer): ConfigFacts {
  let document: unknown;
  try {
    document = JSON.parse(config.toString('utf8'));
  } catch {
    return { platform: null, createdAt: null };
  }
  if (typeof document !== 'object' || document === null) return { platform: null, createdAt: null };
  const { os, architecture, variant, created, ...rest } = document as Record<string, unknown>;
  return {
    platform:
      typeof os === 'string' && typeof architecture === 'string' && os !== '' && os !== 'unknown'
        ? {
            os: storable(os),
            architecture: storable(architecture),
            variant: textOrNull(variant),
            osVersion: textOrNull(rest['os.version']),
          }
        : null,
    createdAt: readDate(created),
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? storable(value) : null;
}
