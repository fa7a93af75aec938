import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.dirname(import.meta.dirname);
const rows = readFileSync(path.join(root, 'docs/decisions/045-abuse.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (?:-|attempt)/.test(line))
  .map((line) => line.split(' | '));

function fileOf(name: string): string {
  return path.join(root, /^(?:web|e2e|scripts)\//.test(name) ? name : `bff/src/${name}`);
}

it.each(rows)('“%s” has its answer and a test of its own', (_attempt, _answer, test = '') => {
  const [, name = ''] = /^`([^`]+)`:/.exec(test) ?? [];
  const titles = [...test.matchAll(/“([^”]+)”/g)].map(([, title]) => (title ?? '').replaceAll('\\', ''));
  expect(existsSync(fileOf(name)), name).toBe(true);
  expect(titles.length).toBeGreaterThan(0);
  const content = readFileSync(fileOf(name), 'utf8');
  for (const title of titles) expect(content.includes(title), title).toBe(true);
});

it('covers more than a few rows', () => {
  expect(rows.length).toBeGreaterThan(40);
});
