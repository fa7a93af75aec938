import { describe, expect, it } from 'vitest';
import { readRecent, rememberRecent } from './recent-searches.ts';

function storageWith(text: string | null) {
  let held = text;
  return {
    getItem: () => held,
    setItem: (_key: string, value: string) => {
      held = value;
    },
  };
}
const entry = (to: string) => ({ kind: 'project' as const, label: to, to });

describe('recent searches', () => {
  it('keeps the newest first, each once, and no more than eight', () => {
    const storage = storageWith(null);
    for (let i = 0; i < 10; i += 1) rememberRecent(storage, entry(`/projects/p${i}`));
    rememberRecent(storage, entry('/projects/p5'));
    const kept = readRecent(storage).map(({ to }) => to);
    expect(kept).toHaveLength(8);
    expect(kept.slice(0, 2)).toEqual(['/projects/p5', '/projects/p9']);
  });
  it('reads anything else as nothing', () => {
    expect(readRecent(storageWith('not json'))).toEqual([]);
    expect(readRecent(storageWith('{"a":1}'))).toEqual([]);
    expect(readRecent(storageWith('[1,null,{"kind":"project","label":"x","to":"https://elsewhere"}]'))).toEqual([]);
    expect(readRecent(storageWith('[{"kind":"project","label":"x","to":"//elsewhere"}]'))).toEqual([]);
  });
  it('survives a storage that refuses', () => {
    const refusing = {
      getItem: () => null,
      setItem: () => {
        throw new Error('quota');
      },
    };
    expect(() => rememberRecent(refusing, entry('/projects/a'))).not.toThrow();
  });
});
