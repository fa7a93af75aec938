import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ServedConsole } from './served-console.ts';

/** Seconds that the work took; said with the processor time of the console where it did it. */
export async function timed(name: string, work: () => Promise<unknown>, served?: ServedConsole): Promise<number> {
  // What the run before left to be written to the disk is not this one's to wait for.
  await run('sync', []);
  const cpuMs = await served?.cpuMs();
  const startedMs = performance.now();
  await work();
  const seconds = (performance.now() - startedMs) / 1000;
  const used = cpuMs === undefined ? '' : ` (the console ${(((await served?.cpuMs()) ?? 0) - cpuMs) / 1000} CPU s)`;
  console.error(`${name}: ${seconds.toFixed(2)} s${used}`);
  return seconds;
}

/** @returns its standard output */
export async function run(command: string, parameters: readonly string[]): Promise<string> {
  const child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => output.push(piece));
  child.stderr.on('data', (piece: Buffer) => errors.push(piece));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command} failed: ${Buffer.concat(errors).toString('utf8').slice(-2000)}`);
  return Buffer.concat(output).toString('utf8');
}

export function median(values: readonly number[]): number {
  return rounded(values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN);
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function ratio(value: number, base: number): number {
  return rounded(value / base);
}

export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** A size that the environment may make smaller, to try a bench out. */
export function sizeFrom(variable: string, usual: number): number {
  return Number(process.env[variable] ?? usual);
}

/** `BENCH_ONLY=many,noop` leaves the other parts out. */
export function isWanted(part: string): boolean {
  const only = process.env['BENCH_ONLY'];
  return only === undefined || only.split(',').includes(part);
}
