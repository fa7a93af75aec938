// npm run bench -- start: from `npm start` to a served page, and the console's memory when nothing happens.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = path.resolve(import.meta.dirname, '../../..');
const SECOND_STARTS = 3;
const REST_MS = 20_000;
const LONGEST_WAIT_MS = 300_000;

interface Started {
  readonly npm: ChildProcess;
  readonly servedAfterS: number;
  said(text: string): Promise<void>;
}

async function start(dataDirectory: string, port: number): Promise<Started> {
  const startedAt = performance.now();
  let output = '';
  const npm = spawn('npm', ['start', '--silent'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      LONGSHORE_DATA: dataDirectory,
      PORT: String(port),
      LONGSHORE_ADMIN_PASSWORD: 'bench-of-the-start',
    },
  });
  npm.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await until(`the page is served (so far: ${output})`, async () => {
    const page = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    return page?.ok === true && (await page.text()).includes('<script');
  });
  const servedAfterS = (performance.now() - startedAt) / 1000;
  return { npm, servedAfterS, said: (text) => until(`"${text}" is said`, () => output.includes(text)) };
}

async function stop({ npm }: Started): Promise<void> {
  const ended = new Promise((resolve) => npm.once('exit', resolve));
  // As Ctrl-C in a terminal does: to everything that was started with it.
  if (npm.pid !== undefined) process.kill(-npm.pid, 'SIGINT');
  await ended;
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + LONGEST_WAIT_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain until ${what}.`);
    await sleep(20);
  }
}

/** The console's process: the one that runs `serve` with this data directory's configuration. */
function consolePid(dataDirectory: string): number {
  const wanted = path.join(dataDirectory, 'longshore.yaml');
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const line = readIfThere(`/proc/${entry}/cmdline`).split('\0');
    if (line.includes('serve') && line.includes(wanted)) return Number(entry);
  }
  throw new Error('The console’s process was not found.');
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function memoryMb(file: string, key: string): number {
  const kilobytes = new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(readIfThere(file))?.[1];
  return Math.round((Number(kilobytes) * 1024) / 1e6);
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const dataDirectory = await mkdtemp(path.join(tmpdir(), 'longshore-bench-'));
try {
  execFileSync('npm', ['run', 'build', '--silent'], { cwd: root, stdio: 'inherit' });
  const port = await freePort();
  const first = await start(dataDirectory, port);
  await first.said('example images are complete');
  await stop(first);

  const seconds: number[] = [];
  for (let round = 1; round < SECOND_STARTS; round += 1) {
    const again = await start(dataDirectory, port);
    seconds.push(again.servedAfterS);
    await stop(again);
  }
  const last = await start(dataDirectory, port);
  seconds.push(last.servedAfterS);
  await sleep(REST_MS);
  const pid = consolePid(dataDirectory);
  const figures = {
    first_start_s: round2(first.servedAfterS),
    second_start_s: round2(seconds.toSorted((one, other) => one - other)[1] ?? Number.NaN),
    rest_rss_mb: memoryMb(`/proc/${pid}/status`, 'VmRSS'),
    rest_pss_mb: memoryMb(`/proc/${pid}/smaps_rollup`, 'Pss'),
  };
  await stop(last);
  console.log(JSON.stringify({ bench: 'start', figures }));
} finally {
  await rm(dataDirectory, { recursive: true, force: true });
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
