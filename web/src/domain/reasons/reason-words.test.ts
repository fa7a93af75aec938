import { expect, it } from 'vitest';
import { text as notices } from '../../features/notices/text.zh.ts';
import { text as reasons } from '../../i18n/reasons.zh.ts';

const sources = import.meta.glob<string>('../../../../bff/src/**/*.ts', {
  query: '?raw',
  import: 'default',
  eager: true,
});
/** What answers with refusals of requests, which have words of their own, or only passes reasons on. */
const WITHOUT_REASONS = /\.test\.ts$|\/(?:testing|bench|sandbox|access|http|gateway)\/|promotion-errors\.ts$|wire-/;
/** As the server's code writes a reason: in full, or through one of its short helpers. */
const FORMS = [
  /\bcode: '([a-z][a-z-]*)'/g,
  /\b\w*[cC]ode = '([a-z][a-z-]*)'/g,
  /\b(?:plain|reason|refused|missing)\(\s*'([a-z][a-z-]*)'/g,
  /\bline(?:<[^(]*>)?\(\s*'\w+',\s*'([a-z][a-z-]*)'/g,
];
const LISTS = /export const (?:registryErrorCodes|capabilityReasonCodes) = \[([^\]]*)\]/;

interface Said {
  readonly code: string;
  readonly file: string;
}

function codesIn([file, source]: [string, string]): Said[] {
  if (!source.includes('sentence')) return [];
  const listed = [...(LISTS.exec(source)?.[1] ?? '').matchAll(/'([a-z-]+)'/g)];
  const written = FORMS.flatMap((form) => [...source.matchAll(form)]);
  return [...listed, ...written].map(([, code = '']) => ({ code, file }));
}

const said = Object.entries(sources)
  .filter(([file]) => !WITHOUT_REASONS.test(file))
  .flatMap(codesIn);
const ofNotices = said.filter(({ file }) => file.includes('/notices/'));
const ofOthers = said.filter(({ file }) => !file.includes('/notices/'));

it('finds the codes that the server says', () => {
  const codes = said.map(({ code }) => code);
  // One of each form; if one is missing, the form has changed and the others below prove nothing.
  for (const code of ['rate-limited', 'push-forbidden', 'deletions-held-back', 'taken-over', 'scan-broken']) {
    expect(codes).toContain(code);
  }
  expect(ofNotices.map(({ code }) => code)).toContain('secret-unreadable');
  expect(new Set(codes).size).toBeGreaterThan(90);
});

it('has Chinese words for every reason that the server can give; the English are the server’s own', () => {
  expect(ofOthers.filter(({ code }) => !Object.hasOwn(reasons, code))).toEqual([]);
});

it('has words for everything that a notice’s delivery can fail with', () => {
  expect(ofNotices.filter(({ code }) => !Object.hasOwn(notices.reason, code))).toEqual([]);
});

it('translates nothing that the server no longer says', () => {
  const codes = new Set(ofOthers.map(({ code }) => code));
  expect(Object.keys(reasons).filter((code) => !codes.has(code))).toEqual([]);
});
