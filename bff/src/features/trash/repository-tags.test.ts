import { expect, test } from 'vitest';
import type { RegistryClient } from '../../registry-client/index.ts';
import { readTags } from './repository-tags.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const names = Array.from({ length: 1500 }, (_, index) => `t${index}`);
/** As the catalog has them; the registry has moved the last one back to what no tag named. */
const known = new Map(names.map((name) => [name, digest('a')]));
const held = new Map([...known, ['t1499', digest('b')]]);

const client: Pick<RegistryClient, 'listTags' | 'headManifest'> = {
  async *listTags() {
    yield names;
  },
  headManifest: (_repository, reference, options) => {
    const found = held.get(reference) ?? '';
    if (options?.ifNoneMatch === found) return Promise.resolve('not-modified' as const);
    return Promise.resolve({ digest: found, mediaType: 'application/json', sizeBytes: 1 });
  },
};

test.each([
  [false, digest('a')],
  [true, digest('b')],
])(
  'of more than a thousand tags the catalog is believed unless all are to be asked for (%s)',
  async (isStrict, last) => {
    const question = { client, repository: 'payments/api', known, doomed: new Set([digest('b')]), isStrict };
    const tags = await readTags({ ...question, signal: new AbortController().signal });
    expect(tags.size).toBe(1500);
    expect(tags.get('t1499')).toBe(last);
  },
);
