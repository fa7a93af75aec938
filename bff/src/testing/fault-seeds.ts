import { randomInt } from 'node:crypto';

/**
 * Seeds of a test that does harm by chance: as many as usual, each printed; FAULT_SEED=1,2,3 has these tried (again), and
 * FAULT_SEED_COUNT=50 so many new ones.
 */
export function faultSeeds(usualCount: number): number[] {
  const given = process.env['FAULT_SEED'];
  const count = Number(process.env['FAULT_SEED_COUNT'] ?? usualCount);
  const seeds =
    given === undefined ? Array.from({ length: count }, () => randomInt(1_000_000)) : given.split(',').map(Number);
  process.stderr.write(`FAULT_SEED=${seeds.join(',')}\n`);
  return seeds;
}
