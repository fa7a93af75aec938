import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What the sandbox remembers from one start to the next. */
export interface SavedState {
  readonly ports: Readonly<Record<string, number>>;
  /** When seeding first began, as an ISO time: a resumed run must build the same digests. */
  readonly seedBeganAt?: string;
  /** Version of the seed that was pushed completely; absent while seeding is unfinished. */
  readonly seedVersion?: string;
}

const FILE = 'sandbox.json';

export async function readSavedState(dataDirectory: string): Promise<SavedState> {
  let text: string;
  try {
    text = await readFile(path.join(dataDirectory, FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { ports: {} };
    throw error;
  }
  try {
    return parseState(JSON.parse(text));
  } catch {
    // A torn or edited file costs the remembered ports, not the start.
    return { ports: {} };
  }
}

export async function writeSavedState(dataDirectory: string, state: SavedState): Promise<void> {
  const file = path.join(dataDirectory, FILE);
  await writeFile(`${file}.new`, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

function parseState(value: unknown): SavedState {
  if (typeof value !== 'object' || value === null) return { ports: {} };
  const { ports, seedBeganAt, seedVersion } = value as Record<string, unknown>;
  const known: Record<string, number> = {};
  for (const [name, port] of Object.entries(typeof ports === 'object' && ports !== null ? ports : {})) {
    if (typeof port === 'number' && Number.isInteger(port)) known[name] = port;
  }
  return {
    ports: known,
    ...(typeof seedBeganAt === 'string' ? { seedBeganAt } : {}),
    ...(typeof seedVersion === 'string' ? { seedVersion } : {}),
  };
}
