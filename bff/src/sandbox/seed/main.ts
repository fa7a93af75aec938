import { setPriority } from 'node:os';
import process from 'node:process';
import { seedRegistries } from './seed.ts';

// A process of its own: what it needs in memory goes with it, and it gives way to everything the person waits for.
setPriority(10);

const [order = '{}'] = process.argv.slice(2);
const { epoch, ...options } = JSON.parse(order) as {
  dataDirectory: string;
  root: string;
  registries: ReadonlyArray<{ id: string; url: string }>;
  epoch: string;
};
const stopping = new AbortController();
process.on('SIGTERM', () => stopping.abort());

seedRegistries({ ...options, epoch: new Date(epoch), signal: stopping.signal }).then(
  (summary) => {
    process.stdout.write(`${JSON.stringify(summary)}\n`);
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
