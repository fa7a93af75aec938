import { describe, expect, it } from 'vitest';
import { laterSteps } from './promotion-path.ts';

const step = (environment: string, needsApproval = false) => ({ environment, needsApproval });

describe('where a tag can go', () => {
  const steps = [step('development', true), step('testing'), step('staging', true), step('production')];

  it('is what comes later on the path, the next first', () => {
    expect(laterSteps(steps, 'development').map(({ environment }) => environment)).toEqual([
      'testing',
      'staging',
      'production',
    ]);
    expect(laterSteps(steps, 'production')).toEqual([]);
  });

  it('is nowhere from an environment that is not on it', () => {
    expect(laterSteps(steps, 'museum')).toEqual([]);
  });

  it('wants approval for a skipped step too, and not for the one it comes from', () => {
    expect(laterSteps(steps, 'development')).toEqual([
      step('testing'),
      step('staging', true),
      step('production', true),
    ]);
    expect(laterSteps(steps, 'staging')).toEqual([step('production')]);
  });
});
