import i18next from 'i18next';
import { describe, expect, it } from 'vitest';
import { startI18n } from './i18n.ts';
import { isolated, withoutTurns } from './plain-text.ts';

const override = '\u202e';
const closing = '\u2069';

describe('other people’s text in a sentence', () => {
  it('is left as it is where it turns nothing', () => {
    for (const text of ['branch-north', '生产环境', 'a\u200bb', '<b>', 'Ünïcode · 5 %']) {
      expect(isolated(text)).toBe(text);
      expect(withoutTurns(text)).toBe(text);
    }
  });

  it('loses what would turn the rest of the sentence, an end of an isolate as well', () => {
    expect(isolated(`evil${override}gnp.exe${closing}`)).toBe('evilgnp.exe');
    expect(withoutTurns(`The registry “${override}x” is down.`)).toBe('The registry “x” is down.');
  });

  it('keeps its own direction where its letters have one', () => {
    expect(isolated('مرحبا')).toBe('\u2068مرحبا\u2069');
    expect(isolated(`${closing}שלום${override}`)).toBe('\u2068שלום\u2069');
  });

  it('is so in every text of the page', async () => {
    await startI18n('en');
    i18next.addResource('en', 'common', 'ofThisTest', '{{name}} refused.', { silent: true });
    const say = i18next.t as unknown as (key: string, values: object) => string;
    expect(say('ofThisTest', { name: `a${override}b` })).toBe('ab refused.');
    expect(say('ofThisTest', { name: '<script>&"' })).toBe('<script>&" refused.');
  });
});
