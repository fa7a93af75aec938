import { expect, test } from 'vitest';
import { RegistryBreakers } from './registry-breakers.ts';
import type { RunningTask } from './running-task.ts';

function scene() {
  const closed: string[] = [];
  const breakers = new RegistryBreakers({
    breakers: {
      close: (source: string, destination: string, isChanged: boolean) => {
        closed.push(`${source} ${destination} ${isChanged}`);
        return Promise.resolve([destination]);
      },
    } as never,
    store: { postpone: () => Promise.reject(new Error('Nobody is in trouble.')), release: () => Promise.resolve(1) },
    onParked: () => Promise.resolve(),
    wake: () => {},
  });
  const running = (isProbe: boolean, bytesDone: number, bytesSkipped = 0) =>
    ({
      task: { isProbe, source: { registryId: 'main' }, destination: { registryId: 'north' } },
      progress: { figures: { bytesDone, bytesSkipped } },
    }) as RunningTask;
  return { breakers, closed, running };
}

test('a registry in trouble is out of it with the first bytes that go there, told once, not with the last', async () => {
  const { breakers, closed, running } = scene();
  const probe = running(true, 10);
  await breakers.noteProgress(probe);
  await breakers.noteProgress(probe);
  // Nothing is said of its disk yet.
  expect(closed).toEqual(['main north false']);
});

test('what was there already, and who does not probe, tell nothing of it', async () => {
  const { breakers, closed, running } = scene();
  await breakers.noteProgress(running(true, 10, 10));
  await breakers.noteProgress(running(false, 10));
  expect(closed).toEqual([]);
});
