import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The two things that are built. `output` must exist, and the stamp beside it must match `sources`.
 * Plain JavaScript, because run.mjs asks it before there is a Node that reads TypeScript.
 */
export const BUILDS = {
  server: { output: 'bff/dist', proof: 'bff/dist/longshore.js', sources: ['bff/src', 'bff/package.json'] },
  web: {
    output: 'web/dist',
    proof: 'web/dist/index.html',
    sources: ['web/src', 'web/public', 'web/index.html', 'web/vite.config.ts', 'web/package.json', 'bff/src/contract'],
  },
};

const SHARED_SOURCES = ['pnpm-lock.yaml', 'scripts/build.ts', 'scripts/build-stamp.mjs'];
const STAMP = '.longshore-build';

/** @typedef {keyof typeof BUILDS} BuildName */

/** @param {string} root @param {BuildName} name */
export function isOutputCurrent(root, name) {
  const { output, proof } = BUILDS[name];
  const stamp = path.join(root, output, STAMP);
  if (!existsSync(path.join(root, proof)) || !existsSync(stamp)) return false;
  return readFileSync(stamp, 'utf8') === hashSources(root, name);
}

/** @param {string} root */
export function isBuildCurrent(root) {
  return isOutputCurrent(root, 'server') && isOutputCurrent(root, 'web');
}

/** @param {string} root @param {BuildName} name @param {string} hash */
export function writeBuildStamp(root, name, hash) {
  mkdirSync(path.join(root, BUILDS[name].output), { recursive: true });
  writeFileSync(path.join(root, BUILDS[name].output, STAMP), hash);
}

/** @param {string} root @param {BuildName} name */
export function hashSources(root, name) {
  const hash = createHash('sha256');
  for (const source of [...BUILDS[name].sources, ...SHARED_SOURCES]) hashPath(hash, root, source);
  return hash.digest('hex');
}

/** @param {import('node:crypto').Hash} hash @param {string} root @param {string} relative */
function hashPath(hash, root, relative) {
  const full = path.join(root, relative);
  if (!existsSync(full)) return;
  /** @type {string[] | undefined} */
  let entries;
  try {
    entries = readdirSync(full).toSorted();
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOTDIR') throw error;
  }
  if (entries === undefined) {
    hash.update(relative).update('\0').update(readFileSync(full)).update('\0');
    return;
  }
  for (const entry of entries) {
    // Tests and benchmarks are no part of what is built.
    if (/\.(test|bench)\.tsx?$/.test(entry) || entry === 'testing') continue;
    hashPath(hash, root, `${relative}/${entry}`);
  }
}
