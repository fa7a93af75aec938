// npm run bench -- NAME: runs bff/src/bench/NAME.bench.ts or e2e/bench/NAME.bench.ts; its last line is JSON.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const SUFFIX = '.bench.ts';
const folders = ['bff/src/bench', 'e2e/bench']
  .map((folder) => path.join(root, folder))
  .filter((folder) => existsSync(folder));
const benches = new Map(
  folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith(SUFFIX))
      .map((file) => [file.slice(0, -SUFFIX.length), path.join(folder, file)] as const),
  ),
);

const [name = '', ...args] = process.argv.slice(2);
const file = benches.get(name);
if (file === undefined) {
  const names = [...benches.keys()].toSorted().join(', ');
  const wrong = name === '' ? 'Say which benchmark: npm run bench -- NAME.' : `There is no benchmark "${name}".`;
  console.error(`${wrong} There are: ${names}.`);
  process.exit(64);
}
const run = spawnSync(process.execPath, [file, ...args], { stdio: 'inherit', cwd: root });
process.exit(run.status ?? 1);
