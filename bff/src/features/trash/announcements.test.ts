import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TrashAnnouncements } from './announcements.ts';

const place = { registryId: 'dev', project: 'payments' };
const other = { registryId: 'dev', project: 'shop' };
const told: unknown[] = [];
const announcements = new TrashAnnouncements((changed) => told.push(changed));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  announcements.close();
  told.length = 0;
  vi.useRealTimers();
});

test('tells of the first change at once, and of all that follow within a moment once', () => {
  for (let count = 0; count < 1000; count += 1) announcements.note(place);
  announcements.note(other);
  expect(told).toEqual([place, other]);
  vi.advanceTimersByTime(250);
  expect(told).toEqual([place, other, place]);
  // Nothing more happened.
  vi.advanceTimersByTime(10_000);
  expect(told).toHaveLength(3);
  announcements.note(place);
  expect(told).toHaveLength(4);
});

test('keeps telling while changes go on, a few times a second', () => {
  for (let count = 0; count < 100; count += 1) {
    announcements.note(place);
    vi.advanceTimersByTime(10);
  }
  expect(told.length).toBeGreaterThanOrEqual(4);
  expect(told.length).toBeLessThanOrEqual(5);
});

test('tells what is due when it is closed', () => {
  announcements.note(place);
  announcements.note(place);
  announcements.close();
  expect(told).toEqual([place, place]);
});
