import { describe, expect, test } from 'vitest';
import { mediaTypes, parsePlatformName } from '../../registry-client/index.ts';
import { withPlatforms } from './plan-platforms.ts';
import type { PlanPlatformsView } from './plan-platforms.view.ts';
import type { PlanOutcome, PlanRow } from './policy.ts';

const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`;

function indexOf(letter: string, children: Readonly<Record<string, string | null>>) {
  const manifests = Object.entries(children).map(([child, platform]) => ({
    mediaType: platform === null ? mediaTypes.ociIndex : mediaTypes.ociManifest,
    digest: digestOf(child),
    size: 1,
    ...(platform === null ? {} : { platform: parsePlatformName(platform) }),
  }));
  const content = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }));
  return { digest: digestOf(letter), mediaType: mediaTypes.ociIndex, content };
}

/** A catalog of these indexes; what each registry has of the repository, and whether that is all of an index. */
function catalogOf(
  indexes: readonly ReturnType<typeof indexOf>[],
  holds: Readonly<Record<string, string>>,
  sparse: Readonly<Record<string, string>> = {},
): PlanPlatformsView {
  const keys = (letters = '') => letters.split('').map((letter) => `a/b@${digestOf(letter)}`);
  return {
    listSparse: (registryId) => Promise.resolve(new Set(keys(sparse[registryId]))),
    listIndexes: (digests) => Promise.resolve(indexes.filter(({ digest }) => digests.includes(digest))),
    listLacking: (registryId, wanted) =>
      Promise.resolve(
        new Set(
          wanted
            .filter(({ repository, digest }) => !keys(holds[registryId]).includes(`${repository}@${digest}`))
            .map(({ place }) => place),
        ),
      ),
    sumParts: (parts) => Promise.resolve(new Map([...parts].map(([top, below]) => [top, 100 + below.length]))),
  };
}

function row(letter: string, outcome: PlanOutcome): PlanRow {
  return {
    outcome,
    source: { repository: 'a/b', tag: letter },
    destination: { registryId: 'city', repository: 'a/b', tag: letter },
    digest: digestOf(letter),
    existingDigest: outcome === 'copy' ? null : digestOf(letter),
    totalSizeBytes: 999,
    reason: null,
    originMs: 0,
    isContested: false,
  };
}

async function plan(view: PlanPlatformsView, platforms: string[] | null, rows: readonly PlanRow[]) {
  const planned = await withPlatforms(view, { sourceRegistryId: 'hq', filters: { platforms } }, rows);
  return {
    outcomes: planned.rows.map(({ outcome, reason }) => (reason === null ? outcome : `${outcome}, ${reason.code}`)),
    sizes: planned.rows.map(({ totalSizeBytes }) => totalSizeBytes),
    left: planned.left.map((digest) => digest.at(-1)).join(''),
  };
}

const index = indexOf('a', { b: 'linux/amd64', c: 'linux/arm64' });

describe('of chosen platforms', () => {
  test('only what is wanted has a size, and the rest stays behind', async () => {
    const other = indexOf('d', { c: 'linux/amd64', e: 'linux/riscv64' });
    const rows = [row('a', 'copy'), row('d', 'replace'), row('f', 'copy')];
    expect(await plan(catalogOf([index, other], {}), ['linux/amd64'], rows)).toEqual({
      outcomes: ['copy', 'replace', 'copy'],
      sizes: [101, 101, 999],
      // Another index wants what the first leaves.
      left: 'e',
    });
  });

  test('a destination that has the index without them gets them, one that has more is up to date', async () => {
    const rows = [row('a', 'up-to-date')];
    const view = catalogOf([index], { hq: 'abc', city: 'ab' }, { city: 'a' });
    expect((await plan(view, ['linux/arm64'], rows)).outcomes).toEqual(['copy, platforms-missing']);
    expect((await plan(view, ['linux/amd64'], rows)).outcomes).toEqual(['up-to-date']);
    expect((await plan(view, null, rows)).outcomes).toEqual(['copy, platforms-missing']);
  });

  test('what the source itself has not is not missed', async () => {
    const rows = [row('a', 'up-to-date')];
    const view = catalogOf([index], { hq: 'ab', city: 'ab' }, { hq: 'a', city: 'a' });
    expect((await plan(view, ['linux/arm64'], rows)).outcomes).toEqual(['up-to-date']);
    expect((await plan(view, null, rows)).outcomes).toEqual(['up-to-date']);
  });

  test('an index below an index is looked into', async () => {
    const outer = indexOf('o', { a: null });
    const rows = [row('o', 'up-to-date')];
    const view = catalogOf([outer, index], { hq: 'oabc', city: 'oab' }, { city: 'oa' });
    expect((await plan(view, ['linux/arm64'], rows)).outcomes).toEqual(['copy, platforms-missing']);
    expect((await plan(view, ['linux/amd64'], rows)).outcomes).toEqual(['up-to-date']);
    expect((await plan(view, ['linux/amd64'], [row('o', 'copy')])).left).toBe('c');
  });

  test('what the catalog cannot read is left as it was planned', async () => {
    const broken = { digest: digestOf('a'), mediaType: mediaTypes.ociIndex, content: Buffer.from('{') };
    const view = catalogOf([broken], { hq: 'a', city: 'a' }, { city: 'a' });
    expect(await plan(view, ['linux/amd64'], [row('a', 'up-to-date')])).toEqual({
      outcomes: ['up-to-date'],
      sizes: [999],
      left: '',
    });
  });
});
