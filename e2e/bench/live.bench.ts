// npm run bench -- live: how old is what a page shows of running copies, compared with the bytes that have gone through.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type APIRequestContext, chromium, type Page, request } from '@playwright/test';
import { addRegistry, registryUrl, removeRegistry, startCopy } from '../fixtures/copies.ts';
import { pushImage } from '../fixtures/push-image.ts';
import { setting } from '../fixtures/signed-in-state.ts';
import startSandbox from '../fixtures/start-sandbox.ts';
import { startThrottledRegistry, type ThrottledRegistry } from '../fixtures/throttled-registry.ts';
import { Truth } from '../fixtures/truth.ts';

const root = path.resolve(import.meta.dirname, '../..');
const MEGABYTE = 1_000_000;
const COPIES = Number(process.env['BENCH_COPIES'] ?? 6);
/** Below 100 MB a page shows a decimal: a thirtieth of a second at this rate. */
const LAYER_BYTES = 90 * MEGABYTE;
const RATE_BYTES = 3 * MEGABYTE;
const MEASURED_MS = Number(process.env['BENCH_SECONDS'] ?? 15) * 1000;
const SAMPLE_MS = 40;
const HOUR_MS = 3_600_000;

/** One image behind a way of its own, so that its bytes are known apart from the others'. */
interface Copy {
  readonly id: string;
  readonly repository: string;
  readonly way: ThrottledRegistry;
  readonly truth: Truth;
}

interface Sample {
  readonly atMs: number;
  /** The progress bars of the page, by the artifact's name: what they say in words. */
  readonly shown: Readonly<Record<string, string>>;
}

const units: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 };

/** `12.3 MB of 90.0 MB` → 12,300,000. */
function bytesOf(words: string): number | undefined {
  const [, figure, unit] = /^([\d.]+) (B|kB|MB|GB) of /.exec(words) ?? [];
  return figure === undefined || unit === undefined ? undefined : Number(figure) * (units[unit] ?? Number.NaN);
}

async function prepare(api: APIRequestContext): Promise<Copy[]> {
  const development = await registryUrl(api, 'development');
  const copies: Copy[] = [];
  const numbers = Array.from({ length: COPIES }, (_, index) => index + 1);
  const repositoryOf = (number: number) => `bench/live-${number}`;
  for (const number of numbers) await pushImage(development, repositoryOf(number), '1.0', [LAYER_BYTES]);
  for (const number of numbers) {
    const truth = new Truth();
    const repository = repositoryOf(number);
    const way = await startThrottledRegistry(development, RATE_BYTES, (byteCount) => truth.add(byteCount, Date.now()));
    await addRegistry(api, `way-${number}`, `Way ${number}`, way.url);
    copies.push({ id: `way-${number}`, repository, way, truth });
  }
  await waitUntilScanned(api, copies);
  return copies;
}

/** Each is read once when it is added, all of the sandbox's tags: only the copies' bytes and their age are to be measured. */
async function waitUntilScanned(api: APIRequestContext, copies: readonly Copy[]): Promise<void> {
  const ids = new Set(copies.map(({ id }) => id));
  const deadlineMs = Date.now() + HOUR_MS;
  while (Date.now() < deadlineMs) {
    const { items } = (await (await api.get('registries')).json()) as { items: RegistryScan[] };
    const scans = items.filter(({ id }) => ids.has(id)).map(({ catalog }) => catalog);
    if (scans.every(({ scannedAt, scanState }) => scannedAt !== null && scanState === 'idle')) return;
    await sleep(500);
  }
  throw new Error('The registries of the copies were not scanned within an hour.');
}

interface RegistryScan {
  readonly id: string;
  readonly catalog: { readonly scannedAt: string | null; readonly scanState: string };
}

/** In the page itself: what it shows, several times as often as it changes. */
function watch(page: Page, durationMs: number): Promise<Sample[]> {
  return page.evaluate(
    ([duration = 0, every = 0]) =>
      new Promise<Sample[]>((resolve) => {
        const samples: Sample[] = [];
        const endsAtMs = Date.now() + duration;
        const timer = setInterval(() => {
          const bars = [...document.querySelectorAll('[role=progressbar]')];
          const shown = bars.map((bar) => [
            bar.getAttribute('aria-label') ?? '',
            bar.getAttribute('aria-valuetext') ?? '',
          ]);
          samples.push({ atMs: Date.now(), shown: Object.fromEntries(shown) as Record<string, string> });
          if (Date.now() < endsAtMs) return;
          clearInterval(timer);
          resolve(samples);
        }, every);
      }),
    [durationMs, SAMPLE_MS],
  );
}

function agesOf(samples: readonly Sample[], copies: readonly Copy[], began: ReadonlyMap<Copy, number>): number[] {
  return samples.flatMap(({ atMs, shown }) =>
    copies.flatMap((copy) => {
      const bytes = bytesOf(shown[`Progress of ${copy.repository}:1.0`] ?? '');
      if (bytes === undefined || bytes === 0 || bytes >= LAYER_BYTES) return [];
      const trueAtMs = copy.truth.reachedAtMs(bytes + (began.get(copy) ?? 0));
      return trueAtMs === undefined ? [] : [Math.max(0, atMs - trueAtMs)];
    }),
  );
}

/** How long after its last byte a copy is no longer shown as moving. */
async function watchEnds(page: Page, copies: readonly Copy[]): Promise<number[]> {
  for (const { way } of copies) way.setRate(1000 * MEGABYTE);
  const lates: number[] = [];
  const remaining = new Set(copies);
  const deadlineMs = Date.now() + 120_000;
  while (remaining.size > 0 && Date.now() < deadlineMs) {
    const labels = await page.getByRole('progressbar').evaluateAll((bars) => bars.map((bar) => bar.ariaLabel));
    const nowMs = Date.now();
    for (const copy of remaining) {
      if (labels.includes(`Progress of ${copy.repository}:1.0`)) continue;
      remaining.delete(copy);
      lates.push(nowMs - (copy.truth.reachedAtMs(copy.truth.byteCount) ?? nowMs));
    }
    await sleep(20);
  }
  return lates;
}

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? -1;

async function measure(api: APIRequestContext, copies: readonly Copy[]): Promise<Record<string, number>> {
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    const context = await browser.newContext({
      baseURL: setting('LONGSHORE_URL'),
      storageState: setting('LONGSHORE_E2E_SESSION'),
      viewport: { width: 1440, height: 900 },
      locale: 'en-GB',
    });
    const monitor = await context.newPage();
    await monitor.goto('/operations');
    const began = new Map(copies.map((copy) => [copy, copy.truth.byteCount]));
    const executions: string[] = [];
    for (const { id, repository } of copies) {
      executions.push(await startCopy(api, { from: id, repository, references: ['1.0'], to: ['staging'] }));
    }
    const execution = await context.newPage();
    await execution.goto(`/replication/executions/${executions[0]}`);
    await monitor
      .getByRole('progressbar')
      .nth(copies.length - 1)
      .waitFor({ timeout: HOUR_MS });
    await sleep(1500);
    // One after the other: a window in the background draws less often.
    await monitor.bringToFront();
    const onMonitor = agesOf(await watch(monitor, (MEASURED_MS * 2) / 3), copies, began);
    await execution.bringToFront();
    const onExecution = agesOf(await watch(execution, MEASURED_MS / 3), copies, began);
    await monitor.bringToFront();
    const ends = await watchEnds(monitor, copies);
    const all = [...onMonitor, ...onExecution];
    return {
      staleness_p95_ms: percentile(all, 0.95),
      staleness_p50_ms: percentile(all, 0.5),
      staleness_max_ms: Math.max(...all),
      staleness_monitor_p95_ms: percentile(onMonitor, 0.95),
      staleness_execution_p95_ms: percentile(onExecution, 0.95),
      end_shown_max_ms: Math.max(...ends),
      samples: all.length,
    };
  } finally {
    await browser.close();
  }
}

execFileSync(process.execPath, [path.join(root, 'scripts/build.ts')], { stdio: ['ignore', 'ignore', 'inherit'] });
const stop = await startSandbox();
try {
  const api = await request.newContext({
    baseURL: `${setting('LONGSHORE_URL')}/api/v1/`,
    storageState: setting('LONGSHORE_E2E_SESSION'),
  });
  const copies = await prepare(api);
  try {
    console.log(JSON.stringify({ bench: 'live', figures: await measure(api, copies) }));
  } finally {
    for (const { id, way } of copies) {
      await removeRegistry(api, id);
      await way.close();
    }
    await api.dispose();
  }
} finally {
  await stop();
}
