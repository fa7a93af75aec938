import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.dirname(import.meta.dirname);

/** Files without a folder of their own lie below `bff/src`. */
function fileOf(name: string): string {
  return path.join(root, /^(?:web|e2e|scripts)\//.test(name) ? name : `bff/src/${name}`);
}

/**
 * Holds a table of a decision to its tests: the last of its three columns names one or more files, each with the names of
 * tests in it (“…”), and all of them are there.
 */
export function holdRowsToTests(document: string, firstHeading: string, moreThan: number): void {
  const rows = readFileSync(path.join(root, document), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| -') && !line.startsWith(`| ${firstHeading} `))
    .map((line) => line.split(' | '));

  it.each(rows)(`“%s” of ${document} has a test of its own`, (_row, _held, tests = '') => {
    const named = [...tests.matchAll(/`([^`]+)`:((?:[^`“]*“[^”]+”)+)/g)];
    expect(named.length).toBeGreaterThan(0);
    for (const [, name = '', titles = ''] of named) {
      expect(existsSync(fileOf(name)), name).toBe(true);
      const content = readFileSync(fileOf(name), 'utf8');
      for (const [, title = ''] of titles.matchAll(/“([^”]+)”/g)) {
        expect(content.includes(title.replaceAll('\\', '')), title).toBe(true);
      }
    }
  });

  it(`${document} covers more than a few rows`, () => {
    expect(rows.length).toBeGreaterThan(moreThan);
  });
}
