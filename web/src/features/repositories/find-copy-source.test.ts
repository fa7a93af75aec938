import { describe, expect, it } from 'vitest';
import { findCopySource } from './repositories-queries.ts';

const tag = (...ids: string[]) => ({
  registries: ids.map((registryId) => ({ registryId, digest: `sha256:${'a'.repeat(64)}`, pushedAt: null })),
});
const order = ['development', 'testing', 'production'];

describe('the source of a copy of several tags', () => {
  it('is the leftmost registry that has them all', () => {
    expect(findCopySource([tag('development', 'testing'), tag('testing', 'production')], order, '')).toBe('testing');
  });
  it('is the registry that was chosen, if it has them', () => {
    expect(findCopySource([tag('development', 'production')], order, 'production')).toBe('production');
    expect(findCopySource([tag('development')], order, 'production')).toBeUndefined();
  });
  it('is none when they are spread', () => {
    expect(findCopySource([tag('development'), tag('production')], order, '')).toBeUndefined();
  });
});
