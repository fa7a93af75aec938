import { afterEach, expect, test, vi } from 'vitest';
import { hashOfSecret, NotificationSecrets } from './notification-secrets.ts';

afterEach(() => vi.useRealTimers());

test('what the database said is believed for two seconds, and not once it was made anew here', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  let stored: string | null = hashOfSecret('first');
  const read = vi.fn(() => Promise.resolve(stored));
  const secrets = new NotificationSecrets(read);
  expect(await secrets.accepts('development', 'first')).toBe(true);
  stored = hashOfSecret('second');
  expect(await secrets.accepts('development', 'first')).toBe(true);
  expect(await secrets.accepts('development', 'second')).toBe(false);
  expect(read).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(2001);
  expect(await secrets.accepts('development', 'first')).toBe(false);
  expect(await secrets.accepts('development', 'second')).toBe(true);
  stored = hashOfSecret('third');
  secrets.forget('development');
  expect(await secrets.accepts('development', 'third')).toBe(true);
});

test('a registry that is not there is accepted for nothing, and asked for each time', async () => {
  const read = vi.fn(() => Promise.resolve(null));
  const secrets = new NotificationSecrets(read);
  expect(await secrets.accepts('nowhere', '')).toBe(false);
  expect(await secrets.accepts('nowhere', 'x')).toBe(false);
  expect(read).toHaveBeenCalledTimes(2);
});
