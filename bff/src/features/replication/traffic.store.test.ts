import { expect, test } from 'vitest';
import { describeEachDatabase } from '../../testing/test-database.ts';
import { createTrafficStore } from './traffic.store.ts';

const step = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const moved = (second: number, destinationRegistryId: string, byteCount: number) => ({
  at: step(second),
  sourceRegistryId: 'main',
  destinationRegistryId,
  byteCount,
});

describeEachDatabase('what was moved', (open) => {
  test('is added up over instances, by registry and by route', async () => {
    const { kysely } = await open();
    const [one, other] = [createTrafficStore(kysely), createTrafficStore(kysely)];
    await one.add([moved(10, 'north', 5_000_000_000), moved(10, 'south', 1), moved(20, 'north', 3)]);
    await other.add([moved(10, 'north', 7), moved(0, 'north', 1000)]);
    expect(await one.listSteps(step(10))).toEqual([
      { registryId: 'main', at: step(10), inBytes: 0, outBytes: 5_000_000_008 },
      { registryId: 'main', at: step(20), inBytes: 0, outBytes: 3 },
      { registryId: 'north', at: step(10), inBytes: 5_000_000_007, outBytes: 0 },
      { registryId: 'north', at: step(20), inBytes: 3, outBytes: 0 },
      { registryId: 'south', at: step(10), inBytes: 1, outBytes: 0 },
    ]);
    expect(await other.sumRoutes(step(20))).toEqual([
      { sourceRegistryId: 'main', destinationRegistryId: 'north', byteCount: 3 },
    ]);
    await one.forgetBefore(step(20));
    expect(await one.listSteps(step(0))).toHaveLength(2);
  });
});
