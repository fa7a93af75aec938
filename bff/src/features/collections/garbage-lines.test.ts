import { expect, test } from 'vitest';
import { parseGarbageLine } from './garbage-lines.ts';

const digest = `sha256:${'a'.repeat(64)}`;

test.each([
  [`blob eligible for deletion: ${digest}`, { kind: 'blob', digest }],
  [`manifest eligible for deletion: ${digest}`, { kind: 'manifest', digest }],
  [
    '12 blobs marked, 3 blobs and 1 manifests eligible for deletion',
    { kind: 'summary', marked: 12, blobs: 3, manifests: 1 },
  ],
  [`payments/api: marking manifest ${digest} `, { kind: 'marking', manifest: { repository: 'payments/api', digest } }],
  [`marking manifest ${digest} `, { kind: 'other' }],
  [`payments/api: marking blob ${digest}`, { kind: 'marking' }],
  ['payments/api', { kind: 'other' }],
  // A repository may be called like anything.
  [`blob eligible for deletion: ${digest} and more`, { kind: 'other' }],
  ['', { kind: 'other' }],
])('of “%s”', (line, expected) => {
  expect(parseGarbageLine(line)).toEqual(expected);
});
