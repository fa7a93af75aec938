import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSavedState, writeSavedState } from './saved-state.ts';
import { findSetpriv, tieCommand } from './tied-command.ts';

/** Raised whenever the seed holds something new that an existing sandbox should get as well. */
const SEED_VERSION = '1';
const TRIES = 3;
const BETWEEN_TRIES_MS = 3_000;

export interface SeedOnceOptions {
  readonly dataDirectory: string;
  readonly root: string;
  readonly registries: ReadonlyArray<{ readonly id: string; readonly url: string }>;
  /** The module that seeds, given its order as JSON. */
  readonly seedModule: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Seeds the registries unless that was finished before. A failure is said and does not stop the sandbox. */
export async function seedOnce(options: SeedOnceOptions): Promise<void> {
  const state = await readSavedState(options.dataDirectory);
  if (state.seedVersion === SEED_VERSION) return;
  const seedBeganAt = state.seedBeganAt ?? new Date().toISOString();
  await writeSavedState(options.dataDirectory, { ...state, seedBeganAt });
  options.say('The registries are being filled with example images; the page shows them as they arrive.');

  for (let tried = 1; !options.signal.aborted; tried += 1) {
    const { summary, reason } = await runSeed(options, seedBeganAt);
    if (summary !== undefined) {
      await writeSavedState(options.dataDirectory, { ...state, seedBeganAt, seedVersion: SEED_VERSION });
      const seconds = (summary.durationMs / 1000).toFixed(0);
      options.say(`The example images are complete: ${summary.tagCount} tags in ${seconds} s.`);
      return;
    }
    if (options.signal.aborted) return;
    if (tried === TRIES) {
      options.say(`The example images are incomplete: ${reason} The next start goes on with them.`);
      return;
    }
    await sleep(BETWEEN_TRIES_MS);
  }
}

interface SeedResult {
  readonly summary?: { readonly tagCount: number; readonly durationMs: number };
  readonly reason: string;
}

async function runSeed(options: SeedOnceOptions, epoch: string): Promise<SeedResult> {
  const { dataDirectory, root, registries, seedModule, signal } = options;
  const order = JSON.stringify({ dataDirectory, root, registries, epoch });
  const [file, ...args] = tieCommand([process.execPath, seedModule, order], 'SIGKILL', await findSetpriv());
  const child = spawn(file, args, { detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const stop = () => child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  const [output, errors, code] = await new Promise<[string, string, number | null]>((resolve) => {
    let told = '';
    let complained = '';
    child.stdout.on('data', (chunk: Buffer) => {
      told += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      complained += chunk.toString();
    });
    child.on('error', (error) => resolve([told, error.message, 1]));
    child.on('close', (exitCode) => resolve([told, complained, exitCode]));
  });
  signal.removeEventListener('abort', stop);
  if (code === 0) return { summary: JSON.parse(output) as NonNullable<SeedResult['summary']>, reason: '' };
  return { reason: errors.trim().split('\n').at(-1) ?? '' };
}
