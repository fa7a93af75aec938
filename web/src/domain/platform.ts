import type { Platform } from 'bff/contract/words';

/** `linux/arm64/v8`; Windows carries its build, as two Windows images differ in nothing else. */
export function platformLabel({ os, architecture, variant, osVersion }: Platform): string {
  const name = [os, architecture, variant].filter((part) => part !== null && part !== '').join('/');
  return osVersion === null || osVersion === '' ? name : `${name} (${osVersion})`;
}

/** The first few labels, and how many are left, so that a row of a table stays a row. */
export function summarizePlatforms(
  platforms: readonly Platform[],
  shown: number,
): { labels: string[]; remaining: string[] } {
  const labels = platforms.map((platform) => platformLabel(platform));
  return { labels: labels.slice(0, shown), remaining: labels.slice(shown) };
}
