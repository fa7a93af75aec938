import { expect, test } from 'vitest';
import { readSearchWords } from './search-words.ts';

const hex = 'ab12cd34'.repeat(8);

test.each([
  [' API ', { text: 'API' }],
  ['payments/api', { text: 'payments/api' }],
  ['payments/api:2.7', { text: 'payments/api:2.7', tag: { repository: 'payments/api', name: '2.7' } }],
  ['api:', { text: 'api:', tag: { repository: 'api', name: '' } }],
  [
    'registry.example:5000/payments/api:2.7',
    { text: 'payments/api:2.7', tag: { repository: 'payments/api', name: '2.7' } },
  ],
  ['localhost/payments', { text: 'payments' }],
  ['127.0.0.1:5000/payments', { text: 'payments' }],
  [`sha256:${hex}`, { text: `sha256:${hex}`, digestPrefix: `sha256:${hex}` }],
  ['SHA256:AB12', { text: 'sha256:ab12', digestPrefix: 'sha256:ab12' }],
  [`payments/api@sha256:${hex}`, { text: `sha256:${hex}`, digestPrefix: `sha256:${hex}` }],
  ['ab12cd', { text: 'ab12cd', digestPrefix: 'sha256:ab12cd' }],
  ['ab12', { text: 'ab12' }],
  [':', { text: ':' }],
])('%s', (q, words) => {
  expect(readSearchWords(q)).toEqual(words);
});
