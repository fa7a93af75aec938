import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.dirname(import.meta.dirname);

/** Folders whose direct subfolders must each have a line. */
const DESCRIBED = ['', 'bff/src', 'bff/src/features', 'web/src', 'web/src/features'];
const NOT_OURS = new Set([
  'node_modules',
  'dist',
  'coverage',
  'test-results',
  'playwright-report',
  '.git',
  '.longshore',
]);
const TOO_VAGUE = ['packages', 'shared', 'common', 'libs', 'utils', 'helpers'];

function subfolders(folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !NOT_OURS.has(entry.name))
    .filter((entry) => !isEmpty(path.join(root, folder, entry.name)))
    .map((entry) => path.posix.join(folder, entry.name));
}

/** Git does not know empty folders, so the tree of a clone has none. */
function isEmpty(folder: string): boolean {
  return readdirSync(folder).length === 0;
}

function describedFolders(): string[] {
  const page = readFileSync(path.join(root, 'docs/architecture.md'), 'utf8');
  return [...page.matchAll(/^\| `([^`]+)\/` +\| \S/gm)].map((match) => match[1] ?? '');
}

describe('docs/architecture.md', () => {
  it('has a line for every folder, and no line for a folder that is gone', () => {
    const actual = DESCRIBED.filter((folder) => existsSync(path.join(root, folder))).flatMap(subfolders);
    expect(describedFolders().toSorted()).toEqual(actual.toSorted());
  });

  it('names no folder after a kind instead of a concept', () => {
    const names = DESCRIBED.flatMap(subfolders).map((folder) => path.basename(folder));
    expect(names.filter((name) => TOO_VAGUE.includes(name))).toEqual([]);
  });
});
