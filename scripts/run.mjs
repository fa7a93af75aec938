#!/usr/bin/env node
// The one entry of every npm script. It runs on the machine's own Node (20 or later) with nothing installed, makes sure
// of packages, the pinned Node and a current build, and then hands over. The usual start runs no package manager.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isBuildCurrent } from './build-stamp.mjs';

const PNPM = 'pnpm@12.21.0';
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [command = '', ...args] = process.argv.slice(2);

const MANIFESTS = [
  'package.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'bff/package.json',
  'web/package.json',
  'e2e/package.json',
];

/** What each command runs, and whether it needs a current build first. */
const COMMANDS = {
  start: { module: 'bff/dist/sandbox.js', needsBuild: true },
  longshore: { module: 'bff/dist/longshore.js', needsBuild: true },
  build: { module: 'scripts/build.ts', needsBuild: false },
  test: { module: 'scripts/test.ts', needsBuild: false },
  bench: { module: 'scripts/bench.ts', needsBuild: false },
};

/** @param {string} sentence @param {number} [exitCode] @returns {never} */
function giveUp(sentence, exitCode = 1) {
  process.stderr.write(`${sentence}\n`);
  process.exit(exitCode);
}

/** Installs the locked packages unless the ones present came from the same manifests. */
function ensurePackages() {
  const hash = createHash('sha256');
  for (const file of MANIFESTS) hash.update(readFileSync(path.join(root, file))).update('\0');
  const wanted = hash.digest('hex');
  const stampFile = path.join(root, 'node_modules/.longshore-install');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return;

  process.stdout.write('Installing packages (once, about half a minute) …\n');
  const install = spawnSync('npx', ['--yes', PNPM, 'install', '--frozen-lockfile', '--reporter=append-only'], {
    cwd: root,
    encoding: 'utf8',
    // pnpm asks before it replaces a folder of modules, and there is nobody to answer.
    env: { ...process.env, CI: 'true' },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (install.error)
    giveUp(`npx could not be started (${install.error.message}). Longshore needs npm, which comes with Node.`);
  if (install.status !== 0) {
    process.stderr.write(`${install.stdout}${install.stderr}`);
    giveUp('The packages could not be installed; the lines above say why. The command may simply be run again.');
  }
  writeFileSync(stampFile, wanted);
}

/** The pinned Node from the packages, else this one if it is new enough. */
function findNode() {
  const pinned = path.join(root, 'node_modules/node/bin/node');
  if (existsSync(pinned)) return pinned;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if ((major === 24 && minor >= 15) || major >= 26) return process.execPath;
  return giveUp(
    `Longshore needs Node 24.15 or later, and the one it brings along is missing (${pinned}). ` +
      'Remove node_modules and run the command again, or install Node 24.',
  );
}

/** @param {string} node */
function ensureBuild(node) {
  if (isBuildCurrent(root)) return;
  const built = spawnSync(node, [path.join(root, 'scripts/build.ts')], { cwd: root, stdio: 'inherit' });
  if (built.status !== 0) giveUp('The build failed; the lines above say why.', built.status ?? 1);
}

/**
 * The optimising compiler of the embedded database's WebAssembly takes 600 MB for some seconds; libc gives such memory back
 * only when told so before the process starts. docs/decisions/001 has what it saves. Ignored where libc is not glibc.
 */
const ALLOCATOR = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' };

/** Runs the command until it ends; every signal is passed on, and it is told when this process is gone. */
function handOver(/** @type {string} */ node, /** @type {string} */ file) {
  const child = spawn(node, [path.join(root, file), ...args], {
    cwd: command === 'longshore' ? (process.env.INIT_CWD ?? process.cwd()) : root,
    env: { ...ALLOCATOR, ...process.env },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  // Ctrl-C reaches the child by itself, from the terminal; passing it on again does no harm.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (error) => giveUp(`${node} could not be started: ${error.message}`));
  child.on('exit', (code, signal) =>
    process.exit(signal === null ? (code ?? 1) : 128 + (signal === 'SIGINT' ? 2 : 15)),
  );
  stopWithParent(child);
}

/** npm does not take its script along when it is killed: notice that it is gone and stop. */
function stopWithParent(/** @type {import('node:child_process').ChildProcess} */ child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGTERM');
  }, 1_000).unref();
}

const chosen = COMMANDS[/** @type {keyof typeof COMMANDS} */ (command)];
if (chosen === undefined) {
  giveUp(`There is no command "${command}". The commands are ${Object.keys(COMMANDS).join(', ')}.`, 64);
}
ensurePackages();
const node = findNode();
if (chosen.needsBuild) ensureBuild(node);
handOver(node, chosen.module);
