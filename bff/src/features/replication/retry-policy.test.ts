import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RegistryError, type RegistryErrorCode } from '../../registry-client/index.ts';
import { isRegistryWide, planRetry } from './retry-policy.ts';

const failure = (code: RegistryErrorCode, retryable: boolean, retryAfterMs?: number): RegistryError =>
  new RegistryError({ code, retryable, retryAfterMs, sentence: 's', params: {}, operation: 'put-blob', host: 'h' });
const facts = { attempt: 1, tries: 1, triesAllowed: 10, deadlineLeftMs: 3_600_000, random: () => 0.5 };

test('what cannot become better by trying again fails at once', () => {
  for (const code of ['unauthorized', 'not-found', 'certificate-untrusted', 'manifest-invalid'] as const) {
    expect(planRetry({ ...facts, error: failure(code, false) })).toEqual({ kind: 'fail', because: 'final' });
  }
});

test('waits longer each time, and never longer than five minutes and a quarter', () => {
  const delays = Array.from({ length: 9 }, (_, index) =>
    planRetry({ ...facts, tries: index + 1, error: failure('server-error', true) }),
  ).map((decision) => (decision.kind === 'wait' ? decision.delayMs : 0));
  expect(delays).toEqual([2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000]);
});

test('a registry that says when to come back is not asked before', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 0, max: 600_000 }),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      (attempt, retryAfterMs, chance) => {
        const decision = planRetry({
          ...facts,
          attempt,
          tries: attempt,
          random: () => chance,
          error: failure('rate-limited', true, retryAfterMs),
        });
        expect(decision.kind === 'wait' && decision.delayMs >= retryAfterMs).toBe(true);
      },
    ),
  );
});

test('gives up after the attempts it is allowed', () => {
  const decision = planRetry({ ...facts, tries: 10, error: failure('server-error', true) });
  expect(decision).toEqual({ kind: 'fail', because: 'attempts' });
});

test('a registry that is down costs no attempts, but ends at the deadline', () => {
  const error = failure('connection-refused', true);
  expect(planRetry({ ...facts, attempt: 50, error })).toEqual({ kind: 'wait', delayMs: 60_000, isFree: true });
  expect(planRetry({ ...facts, attempt: 50, error, deadlineLeftMs: 59_000 })).toEqual({
    kind: 'fail',
    because: 'deadline',
  });
});

test('what a registry that was down has cost does not make the pause longer afterwards', () => {
  const decision = planRetry({ ...facts, attempt: 21, error: failure('server-error', true) });
  expect(decision).toEqual({ kind: 'wait', delayMs: 2000, isFree: false });
});

test('a fault of ours is tried again, within the attempts', () => {
  expect(planRetry({ ...facts, error: new TypeError('x') }).kind).toBe('wait');
  expect(planRetry({ ...facts, tries: 10, error: new TypeError('x') }).kind).toBe('fail');
});

test('a registry that leaves questions without an answer is in trouble as a whole; one that checks a blob for long is not', () => {
  const late = (operation: string) => isRegistryWide({ code: 'timeout', operation });
  expect(['head-manifest', 'head-blob', 'put-blob', 'put-manifest'].map(late)).toEqual([true, true, false, false]);
  expect(isRegistryWide({ code: 'unreachable', operation: 'put-blob' })).toBe(true);
  expect(isRegistryWide({ code: 'server-error', operation: 'head-manifest' })).toBe(false);
});
