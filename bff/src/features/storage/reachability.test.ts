import { expect, test } from 'vitest';
import { findUntagged, type HeldManifest } from './reachability.ts';

const manifest = (digest: string, children: readonly string[] = [], subject: string | null = null): HeldManifest => ({
  digest,
  children,
  subject,
});

function find(held: readonly HeldManifest[], tagged: readonly string[], keptByTrash: readonly string[] = []) {
  const found = findUntagged({ held, tagged: new Set(tagged), keptByTrash: new Set(keptByTrash) });
  return {
    untagged: [...found.untagged].toSorted(),
    roots: [...found.roots].toSorted(),
    keptAside: [...found.keptAside].toSorted(),
  };
}

test('what a tag names, what its index names and what refers to either is reached', () => {
  const held = [
    manifest('index', ['amd', 'arm']),
    manifest('amd'),
    manifest('arm'),
    manifest('signature of arm', [], 'arm'),
    manifest('attestation of the signature', [], 'signature of arm'),
    manifest('list of index', ['sbom']),
    manifest('sbom', [], 'index'),
  ];
  expect(find(held, ['index', 'list of index'])).toEqual({ untagged: [], roots: [], keptAside: [] });
});

test('of what nothing reaches only the top goes by itself', () => {
  const held = [
    manifest('tagged', ['shared']),
    manifest('old', ['shared', 'own']),
    manifest('shared'),
    manifest('own'),
    manifest('signature of old', [], 'old'),
    manifest('alone'),
  ];
  expect(find(held, ['tagged'])).toEqual({
    untagged: ['alone', 'old', 'own', 'signature of old'],
    roots: ['alone', 'old'],
    keptAside: [],
  });
});

test('an index within an index keeps what is below it', () => {
  const held = [manifest('outer', ['inner']), manifest('inner', ['leaf']), manifest('leaf')];
  expect(find(held, ['outer']).untagged).toEqual([]);
  expect(find(held, []).roots).toEqual(['outer']);
});

test('what refers to something that the catalog does not hold is left alone, with all that is below it', () => {
  const held = [manifest('about elsewhere', ['child'], 'not here'), manifest('child'), manifest('leftover')];
  expect(find(held, [])).toMatchObject({ untagged: ['leftover'], roots: ['leftover'] });
});

test('what the trash keeps in the very repository is no leftover', () => {
  const held = [manifest('deleted', ['child']), manifest('child'), manifest('leftover')];
  expect(find(held, [], ['deleted'])).toEqual({
    untagged: ['leftover'],
    roots: ['leftover'],
    keptAside: ['child', 'deleted'],
  });
  // It was tagged anew.
  expect(find(held, ['deleted'], ['deleted']).keptAside).toEqual([]);
});

test('manifests that name each other, or themselves, are gone through once', () => {
  const held = [manifest('self', ['self']), manifest('one', ['two']), manifest('two', ['one'])];
  expect(find(held, ['one']).untagged).toEqual(['self']);
  expect(find(held, []).roots).toEqual(['self']);
});
