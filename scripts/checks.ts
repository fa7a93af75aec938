import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const REPORTS = path.join(root, 'test-results');

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface CheckResult extends Counts {
  readonly name: string;
  readonly durationMs: number;
  /** What the tool printed; shown when something failed. */
  readonly output: string;
}

export interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Reads the counts from a report that the tool wrote; without it the check counts as one. */
  readonly report?: { readonly file: string; readonly count: (report: unknown) => Counts };
  readonly environment?: NodeJS.ProcessEnv;
}

const VITEST_REPORT = path.join(REPORTS, 'vitest.json');
const PLAYWRIGHT_REPORT = path.join(REPORTS, 'playwright.json');

/** Independent of each other and of what is built; may run side by side. */
export const STATIC_CHECKS: readonly Check[] = [
  { name: 'format', command: ['biome', 'format', '.'] },
  { name: 'types: bff', command: ['tsc', '-p', 'bff'] },
  { name: 'types: web', command: ['tsc', '-p', 'web'] },
  { name: 'types: e2e', command: ['tsc', '-p', 'e2e'] },
  { name: 'types: scripts', command: ['tsc', '-p', 'scripts'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'layers', command: ['depcruise', '--config', 'dependency-rules.cjs', 'web/src', 'bff/src', 'e2e'] },
  { name: 'unused code', command: ['knip'] },
];

/** One after the other: each wants the machine for itself. */
export const RUNNING_CHECKS: readonly Check[] = [
  { name: 'build', command: ['node', 'scripts/build.ts'] },
  {
    name: 'unit and integration tests',
    command: ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${VITEST_REPORT}`],
    report: { file: VITEST_REPORT, count: countVitest },
  },
  {
    name: 'tests in the browser',
    command: ['./e2e/node_modules/.bin/playwright', 'test', '--config', 'e2e', '--reporter=list,json'],
    environment: { PLAYWRIGHT_JSON_OUTPUT_NAME: PLAYWRIGHT_REPORT },
    report: { file: PLAYWRIGHT_REPORT, count: countPlaywright },
  },
];

/** Runs one tool to its end. A tool that cannot run, or that ran nothing, is a failure. */
export async function runCheck(check: Check): Promise<CheckResult> {
  mkdirSync(REPORTS, { recursive: true });
  if (check.report !== undefined) rmSync(check.report.file, { force: true });
  const startedAt = performance.now();
  const { exitCode, output } = await runTool(check);
  const durationMs = performance.now() - startedAt;
  const base = { name: check.name, durationMs, output };
  if (check.report === undefined) {
    return { ...base, passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 };
  }
  const counts = readCounts(check.report);
  const ranNothing = counts.passed + counts.failed === 0;
  const failedUncounted = counts.failed === 0 && (exitCode !== 0 || ranNothing) ? 1 : 0;
  return { ...base, ...counts, failed: counts.failed + failedUncounted };
}

function readCounts({ file, count }: NonNullable<Check['report']>): Counts {
  try {
    return count(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

function runTool({ command, environment }: Check): Promise<{ exitCode: number; output: string }> {
  const [program, ...args] = command;
  const tools = [path.dirname(process.execPath), path.join(root, 'node_modules/.bin'), process.env['PATH'] ?? ''];
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: tools.join(path.delimiter), FORCE_COLOR: '0', NO_COLOR: '1', ...environment },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.on('error', (error) => resolve({ exitCode: 127, output: `${output}${program}: ${error.message}\n` }));
    child.on('close', (code) => resolve({ exitCode: code ?? 1, output }));
  });
}

function numberAt(value: unknown, key: string): number {
  const found = (value as Record<string, unknown>)[key];
  return typeof found === 'number' ? found : 0;
}

function countVitest(report: unknown): Counts {
  return {
    passed: numberAt(report, 'numPassedTests'),
    failed: numberAt(report, 'numFailedTests') + brokenFiles(report),
    skipped: numberAt(report, 'numPendingTests') + numberAt(report, 'numTodoTests'),
  };
}

/** A file that cannot even be loaded has no failed test in the report, only a failed file without tests. */
function brokenFiles(report: unknown): number {
  const { testResults } = report as { testResults?: ReadonlyArray<{ status: string; assertionResults: unknown[] }> };
  return (testResults ?? []).filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
}

function countPlaywright(report: unknown): Counts {
  const { stats } = report as { stats: unknown };
  return {
    passed: numberAt(stats, 'expected') + numberAt(stats, 'flaky'),
    failed: numberAt(stats, 'unexpected'),
    skipped: numberAt(stats, 'skipped'),
  };
}
