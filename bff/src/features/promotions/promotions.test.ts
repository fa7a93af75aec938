import { describe, expect, it } from 'vitest';
import { effectivePath, needsApprovalBetween, planUndo } from './promotions.ts';

const step = (environment: string, needsApproval = false) => ({ environment, needsApproval });
const environments = ['development', 'testing', 'staging', 'production'];

describe('the path', () => {
  it('is the environments in their order where nobody set one', () => {
    expect(effectivePath({ steps: null }, environments)).toEqual(environments.map((name) => step(name)));
  });

  it('is what was set, without what no registry serves any more', () => {
    const steps = [step('testing'), step('museum', true), step('production', true), step('development')];
    expect(effectivePath({ steps }, environments)).toEqual([
      step('testing'),
      step('production', true),
      step('development'),
    ]);
  });

  it('may be set to lead nowhere', () => {
    expect(effectivePath({ steps: [] }, environments)).toEqual([]);
  });

  it('leads forwards only, between environments that are on it', () => {
    const path = effectivePath({ steps: null }, environments);
    expect(needsApprovalBetween(path, 'development', 'testing')).toBe(false);
    expect(needsApprovalBetween(path, 'development', 'production')).toBe(false);
    expect(needsApprovalBetween(path, 'production', 'staging')).toBeUndefined();
    expect(needsApprovalBetween(path, 'testing', 'testing')).toBeUndefined();
    expect(needsApprovalBetween(path, 'museum', 'production')).toBeUndefined();
    expect(needsApprovalBetween(path, 'development', 'museum')).toBeUndefined();
  });

  it('wants a second person for every step that does, skipped or not, and not for the first', () => {
    const path = [step('development', true), step('testing'), step('staging', true), step('production')];
    expect(needsApprovalBetween(path, 'development', 'testing')).toBe(false);
    expect(needsApprovalBetween(path, 'testing', 'staging')).toBe(true);
    expect(needsApprovalBetween(path, 'testing', 'production')).toBe(true);
    expect(needsApprovalBetween(path, 'staging', 'production')).toBe(false);
  });
});

describe('undoing', () => {
  const target = (registryId: string, previousDigest: string | null) => ({ registryId, digest: 'new', previousDigest });
  const now = (digests: Record<string, string | null>) => new Map(Object.entries(digests));

  it('puts back what each registry had', () => {
    const plan = planUndo([target('a', 'old-a'), target('b', 'old-b')], now({ a: 'new', b: 'new' }));
    expect(plan).toEqual({
      kind: 'put-back',
      targets: [
        { registryId: 'a', digest: 'old-a' },
        { registryId: 'b', digest: 'old-b' },
      ],
    });
  });

  it('leaves alone what never arrived, and what was there already', () => {
    const plan = planUndo(
      [target('a', 'old'), target('b', 'old'), target('c', 'new')],
      now({ a: 'new', b: 'old', c: 'x' }),
    );
    expect(plan).toEqual({ kind: 'put-back', targets: [{ registryId: 'a', digest: 'old' }] });
    expect(planUndo([target('a', 'old')], now({ a: 'old' }))).toEqual({ kind: 'nothing' });
    expect(planUndo([target('a', 'new')], now({ a: 'new' }))).toEqual({ kind: 'nothing' });
    expect(planUndo([target('a', null)], now({ a: null }))).toEqual({ kind: 'nothing' });
  });

  it('is refused where one was moved or removed since, whatever the others are', () => {
    const targets = [target('a', 'old'), target('b', 'old')];
    expect(planUndo(targets, now({ a: 'new', b: 'newer' }))).toEqual({
      kind: 'moved',
      registryId: 'b',
      current: 'newer',
    });
    expect(planUndo(targets, now({ a: null, b: 'new' }))).toEqual({ kind: 'moved', registryId: 'a', current: null });
  });

  it('is refused where nothing was there before: that would be a deletion', () => {
    expect(planUndo([target('a', 'old'), target('b', null)], now({ a: 'new', b: 'new' }))).toEqual({
      kind: 'new',
      registryId: 'b',
    });
  });
});
