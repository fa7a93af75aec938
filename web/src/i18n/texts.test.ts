import { describe, expect, it } from 'vitest';

type Text = { readonly [key: string]: string | Text };
const files = {
  ...import.meta.glob<Text>('./*.{en,zh}.ts', { import: 'text', eager: true }),
  ...import.meta.glob<Text>('../features/*/text.{en,zh}.ts', { import: 'text', eager: true }),
};
/** Causes come from the server in English; only their translations are here. */
const english = Object.keys(files).filter((file) => file.endsWith('.en.ts') && file !== './reasons.en.ts');

function flatten(text: Text, above = ''): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(text)) {
    if (typeof value === 'string') flat.set(`${above}${key}`, value);
    else for (const [inner, words] of flatten(value, `${above}${key}.`)) flat.set(inner, words);
  }
  return flat;
}
/** Plural forms differ between languages; what they count is one text. */
const keysOf = (flat: Map<string, string>) =>
  [...new Set([...flat.keys()].map((key) => key.replace(/_(one|other)$/, '')))].toSorted();
const placeholdersOf = (words: string) => [...words.matchAll(/\{\{\s*(\w+)/g)].map(([, name]) => name ?? '');
const elementsOf = (words: string) => [...words.matchAll(/<\/?(\w+)\s*\/?>/g)].map(([, name]) => name ?? '').toSorted();

describe.each(english)('%s', (file) => {
  const en = flatten(files[file] ?? {});
  const zh = flatten(files[file.replace('.en.ts', '.zh.ts')] ?? {});

  it('says the same things in both languages', () => {
    expect(keysOf(zh)).toEqual(keysOf(en));
  });

  it('says nothing with no words', () => {
    const isEmpty = ([, words]: [string, string]) => words.trim() === '';
    expect([...en].filter(isEmpty)).toEqual([]);
    expect([...zh].filter(isEmpty)).toEqual([]);
  });

  it('fills the same places in both languages', () => {
    for (const [key, words] of zh) {
      const other = en.get(key);
      if (other === undefined) continue;
      // A language may repeat a value or, in a plural, leave the number out; it can use none that does not come.
      const known = new Set(placeholdersOf(other));
      const unknown = placeholdersOf(words).filter((name) => name !== 'count' && !known.has(name));
      expect({ key, unknown }).toEqual({ key, unknown: [] });
      expect({ key, elements: elementsOf(words) }).toEqual({ key, elements: elementsOf(other) });
    }
  });
});
