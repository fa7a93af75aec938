import { describe, expect, test } from 'vitest';
import { RegistryError } from '../../registry-client/index.ts';
import { type DeleteTaskContext, deleteTask } from './delete-task.ts';

const digestOf = (letter: string): string => `sha256:${letter.repeat(64)}`;
const descriptorOf = (letter: string) => ({ mediaType: 'x/y', digest: digestOf(letter), sizeBytes: 1 }) as const;

function scene(more: Partial<DeleteTaskContext> = {}) {
  const trashed: string[] = [];
  const logged: string[] = [];
  const context: DeleteTaskContext = {
    task: {
      source: { registryId: 'hq', repository: 'p/api', reference: '1' },
      destination: { registryId: 'city', repository: 'p/api', tag: '1' },
      digest: digestOf('a'),
      isSuperseded: false,
    },
    source: { headManifest: () => Promise.resolve(undefined) },
    destination: { name: 'City', headManifest: () => Promise.resolve('not-modified') },
    signal: new AbortController().signal,
    holdsFence: () => Promise.resolve(true),
    findImmutable: () => Promise.resolve(undefined),
    onLog: ({ code }) => void logged.push(code),
    moveToTrash: (tag) => {
      trashed.push(tag);
      return Promise.resolve({ outcome: 'deleted' });
    },
    ...more,
  };
  return { trashed, logged, run: () => deleteTask(context) };
}

describe('a deletion that is propagated', () => {
  test('takes the tag away where the source has none', async () => {
    const { trashed, logged, run } = scene();
    expect((await run()).end).toEqual({ state: 'succeeded', reason: null });
    expect([trashed, logged]).toEqual([['1'], ['deleted']]);
  });

  test('has nothing to do where the destination has no such tag, and says so in its log', async () => {
    const away = scene({ destination: { name: 'City', headManifest: () => Promise.resolve(undefined) } });
    const faster = scene({ moveToTrash: () => Promise.resolve({ outcome: 'gone' }) });
    for (const { trashed, logged, run } of [away, faster]) {
      expect((await run()).end).toEqual({ state: 'succeeded', reason: null });
      expect([trashed, logged]).toEqual([[], ['already-gone']]);
    }
  });

  test.each(['a', 'b'])(
    'is void where the source has the tag again, as what it was or another (%s)',
    async (letter) => {
      const source = { headManifest: () => Promise.resolve(descriptorOf(letter) as never) };
      const { trashed, run } = scene({ source });
      expect((await run()).end).toMatchObject({ state: 'stopped', reason: { code: 'superseded' } });
      expect(trashed).toEqual([]);
    },
  );

  test('waits for a source that does not say', async () => {
    const refused = new RegistryError({
      code: 'connection-refused',
      sentence: 'It is away.',
      params: {},
      operation: 'head-manifest',
      host: 'hq',
      retryable: true,
    });
    const { trashed, run } = scene({ source: { headManifest: () => Promise.reject(refused) } });
    await expect(run()).rejects.toMatchObject({ code: 'connection-refused', side: 'source' });
    expect(trashed).toEqual([]);
  });

  test('leaves what is another image by now, and what a rule holds', async () => {
    const moved = scene({
      destination: { name: 'City', headManifest: () => Promise.resolve(descriptorOf('b') as never) },
    });
    expect((await moved.run()).end).toMatchObject({ state: 'succeeded', reason: { code: 'kept-newer' } });
    const held = scene({ findImmutable: () => Promise.resolve('p/**:1') });
    expect((await held.run()).end).toMatchObject({ state: 'failed', reason: { code: 'tag-immutable' } });
    const lost = scene({ holdsFence: () => Promise.resolve(false) });
    expect((await lost.run()).end).toMatchObject({ state: 'stopped' });
    expect([...moved.trashed, ...held.trashed, ...lost.trashed]).toEqual([]);
  });
});
