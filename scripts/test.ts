// npm test: every check there is, all of them even when one fails. The last line is "N passed, N failed, N skipped".
import { type Check, type CheckResult, RUNNING_CHECKS, runCheck, STATIC_CHECKS } from './checks.ts';
import { ensureDebianPackages } from './debian-packages.ts';

const STATIC_AT_ONCE = 2;
const SHOWN_OUTPUT_LINES = 300;

async function main(): Promise<void> {
  const startedAt = performance.now();
  const missing = ensureDebianPackages();
  if (missing !== undefined) {
    console.log(missing);
    console.log('0 passed, 1 failed, 0 skipped');
    process.exitCode = 1;
    return;
  }
  const results = await runStaticChecks();
  for (const check of RUNNING_CHECKS) results.push(await runAndTell(check));

  const total = (key: 'passed' | 'failed' | 'skipped') => results.reduce((sum, result) => sum + result[key], 0);
  printTable(results, performance.now() - startedAt);
  if (total('failed') > 0 || total('passed') === 0) process.exitCode = 1;
  console.log(`${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} skipped`);
}

async function runStaticChecks(): Promise<CheckResult[]> {
  const waiting = [...STATIC_CHECKS];
  const results: CheckResult[] = [];
  const takeTurns = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      results.push(await runAndTell(check));
    }
  };
  await Promise.all(Array.from({ length: STATIC_AT_ONCE }, takeTurns));
  return results;
}

async function runAndTell(check: Check): Promise<CheckResult> {
  const result = await runCheck(check);
  console.log(`${result.failed === 0 ? '✓' : '✗'} ${result.name}  ${seconds(result.durationMs)}`);
  if (result.failed > 0) {
    const lines = result.output.trimEnd().split('\n');
    const left = lines.length - SHOWN_OUTPUT_LINES;
    if (left > 0) console.log(`  … ${left} lines before these are left out`);
    for (const line of lines.slice(-SHOWN_OUTPUT_LINES)) console.log(`  ${line}`);
  }
  return result;
}

function printTable(results: readonly CheckResult[], durationMs: number): void {
  const width = Math.max(...results.map((result) => result.name.length), 'all'.length);
  console.log(`\n${''.padEnd(width)}  passed  failed  skipped      time`);
  for (const { name, passed, failed, skipped, durationMs: took } of results) {
    const columns = [String(passed).padStart(6), String(failed).padStart(6), String(skipped).padStart(7)];
    console.log(`${name.padEnd(width)}  ${columns.join('  ')}  ${seconds(took).padStart(8)}`);
  }
  console.log(`${'all'.padEnd(width)}  ${''.padStart(23)}  ${seconds(durationMs).padStart(8)}\n`);
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

await main();
