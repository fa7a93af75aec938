import { setTimeout as sleep } from 'node:timers/promises';
import { readSavedState, writeSavedState } from './saved-state.ts';

/** Raised whenever the seed holds something new that an existing sandbox should get as well. */
const SEED_VERSION = '1';
const TRIES = 3;
const BETWEEN_TRIES_MS = 3_000;

export interface SeedOnceOptions {
  readonly dataDirectory: string;
  readonly root: string;
  readonly registries: ReadonlyArray<{ readonly id: string; readonly url: string }>;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Seeds the registries unless that was finished before. A failure is said and does not stop the sandbox. */
export async function seedOnce(options: SeedOnceOptions): Promise<void> {
  const state = await readSavedState(options.dataDirectory);
  if (state.seedVersion === SEED_VERSION) return;
  const seedBeganAt = state.seedBeganAt ?? new Date().toISOString();
  await writeSavedState(options.dataDirectory, { ...state, seedBeganAt });

  for (let tried = 1; !options.signal.aborted; tried += 1) {
    try {
      await seed(options, new Date(seedBeganAt));
      await writeSavedState(options.dataDirectory, { ...state, seedBeganAt, seedVersion: SEED_VERSION });
      return;
    } catch (error) {
      if (options.signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      if (tried === TRIES) {
        options.say(`The example images are incomplete: ${reason} The next start goes on with them.`);
        return;
      }
      await sleep(BETWEEN_TRIES_MS);
    }
  }
}

async function seed({ dataDirectory, root, registries, signal, say }: SeedOnceOptions, epoch: Date): Promise<void> {
  // Loaded only when there is something to seed: most starts need none of it.
  const { seedRegistries } = await import('./seed/seed.ts');
  say('The registries are being filled with example images; the page shows them as they arrive.');
  const { tagCount, durationMs } = await seedRegistries({ registries, dataDirectory, root, epoch, signal });
  say(`The example images are complete: ${tagCount} tags in ${(durationMs / 1000).toFixed(0)} s.`);
}
