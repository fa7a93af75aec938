import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRegistryProgram } from './registry-program.ts';
import { createPortChooser } from './ports.ts';
import { type PlacedRegistry, registryUrl, writeRegistryConfig } from './sandbox-registries.ts';
import { type SupervisedProcess, superviseProcess } from './supervised-process.ts';

let directory: string;
let running: SupervisedProcess[] = [];
const said: string[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'longshore-supervised-'));
  said.length = 0;
});
afterEach(async () => {
  await Promise.all(running.map((process) => process.stop()));
  running = [];
  await rm(directory, { recursive: true, force: true });
});

async function startRegistry(): Promise<{ url: string; process: SupervisedProcess }> {
  const registry: PlacedRegistry = {
    id: 'testing',
    environment: 'testing',
    preferredPort: 5002,
    port: await createPortChooser().choose([]),
    directory,
    notificationSecretFile: path.join(directory, 'notification-secret'),
  };
  const program = await findRegistryProgram(() => undefined);
  const process = await superviseProcess({
    name: 'The registry testing',
    command: program.command(await writeRegistryConfig(registry, 9), registry.id, directory),
    environment: {},
    logFile: path.join(directory, 'testing.log'),
    lastSignal: program.lastSignal,
    say: (line) => said.push(line),
  });
  running.push(process);
  return { url: registryUrl(registry), process };
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let tried = 0; tried < 600; tried += 1) {
    if (await isSo()) return;
    await sleep(50);
  }
  throw new Error(`Waited 30 s in vain: ${what}. Said: ${said.join(' ')}`);
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(`${url}/v2/`).catch(() => undefined);
  return response?.status === 200;
}

describe('a supervised registry', () => {
  it('is started again when it is killed, and that is said', async () => {
    const { url, process: supervised } = await startRegistry();
    await until('the registry answers', () => answers(url));
    const before = supervised.pid();
    process.kill(before ?? 0, 'SIGKILL');
    await until('another process answers', async () => supervised.pid() !== before && (await answers(url)));
    expect(said).toEqual(['The registry testing ended (SIGKILL); it is started again in 0.5 s.']);
  });

  it('is gone when it was stopped, and nothing is said', async () => {
    const { url, process: supervised } = await startRegistry();
    await until('the registry answers', () => answers(url));
    await supervised.stop();
    expect(await answers(url)).toBe(false);
    expect(said).toEqual([]);
  });

  it('writes what it prints to its log', async () => {
    const supervised = await superviseProcess({
      name: 'A program',
      command: ['sh', '-c', 'echo told; echo complained >&2; sleep 300'],
      environment: process.env,
      logFile: path.join(directory, 'program.log'),
      lastSignal: 'SIGKILL',
      say: (line) => said.push(line),
    });
    running.push(supervised);
    const log = () => readFile(path.join(directory, 'program.log'), 'utf8').catch(() => '');
    await until('both lines are in the log', async () => /told/.test(await log()) && /complained/.test(await log()));
  });
});
