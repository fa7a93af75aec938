import { expect, it } from 'vitest';
import { searchEntries } from './search-queries.ts';

const digest = `sha256:77b0${'0'.repeat(56)}e1a2`;

it('lists an answer in the order of its groups, each entry with its address', () => {
  const entries = searchEntries({
    digests: [{ digest, repository: 'payments/api', registryId: 'testing', tags: ['1.0', 'latest'] }],
    tags: [{ repository: 'busybox', name: '1.0', registryIds: ['development', 'testing'], pushedAt: null }],
    repositories: [{ name: 'payments/api', project: 'payments', tagCount: 3 }],
    projects: [{ name: 'payments', repositoryCount: 1 }],
  });
  expect(entries.map(({ kind, label, to }) => [kind, label, to])).toEqual([
    ['project', 'payments', '/projects/payments'],
    ['repository', 'payments/api', '/projects/payments/repositories/api'],
    ['tag', 'busybox:1.0', '/projects/library/artifacts/busybox/1.0?registry=development'],
    [
      'digest',
      'payments/api@77b0…e1a2',
      `/projects/payments/artifacts/api/${encodeURIComponent(digest)}?registry=testing`,
    ],
  ]);
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
});
