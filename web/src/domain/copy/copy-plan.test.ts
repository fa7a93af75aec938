import type { CopyPreview } from 'bff/contract/replication';
import { describe, expect, it } from 'vitest';
import type { KnownRegistry } from '../registry-directory.ts';
import {
  buildCopyRequest,
  type CopyChoice,
  countOutcomes,
  groupByEnvironment,
  hasWork,
  isOntoItself,
  obstacleOf,
  withinPlaces,
} from './copy-plan.ts';

const source = { registryId: 'development', repository: 'payments/api', references: ['2.7.3'] };
const choice: CopyChoice = {
  destinationIds: ['staging'],
  repository: '',
  tag: '',
  includeReferrers: true,
  whenDifferent: 'replace',
};
const registry = (id: string, environment: string) => ({ id, environment }) as KnownRegistry;

describe('what is asked of the server', () => {
  it('names only what differs from the source', () => {
    expect(buildCopyRequest(source, choice)).toEqual({
      source: { registryId: 'development', repository: 'payments/api' },
      references: ['2.7.3'],
      destinations: [{ registryId: 'staging' }],
      includeReferrers: true,
      whenDifferent: 'replace',
    });
  });
  it('renames in every destination', () => {
    const request = buildCopyRequest(source, {
      ...choice,
      destinationIds: ['staging', 'production'],
      repository: 'mirror/api',
      tag: 'stable',
    });
    expect(request?.destinations).toEqual([
      { registryId: 'staging', repository: 'mirror/api', tag: 'stable' },
      { registryId: 'production', repository: 'mirror/api', tag: 'stable' },
    ]);
  });
  it('never gives several tags one name', () => {
    const request = buildCopyRequest({ ...source, references: ['1', '2'] }, { ...choice, tag: 'stable' });
    expect(request?.destinations).toEqual([{ registryId: 'staging' }]);
  });
  it('is nothing while no destination is chosen', () => {
    expect(buildCopyRequest(source, { ...choice, destinationIds: [] })).toBeUndefined();
  });
});

describe('a destination where the reader may not push', () => {
  it('is not asked for, though it was chosen before the project changed', () => {
    const both = { ...choice, destinationIds: ['staging', 'production'] };
    expect(withinPlaces(both, [{ id: 'staging' }]).destinationIds).toEqual(['staging']);
    expect(buildCopyRequest(source, withinPlaces(both, []))).toBeUndefined();
  });
});

describe('a copy onto itself', () => {
  it('is left out', () => {
    expect(isOntoItself(source, choice, 'development')).toBe(true);
    expect(buildCopyRequest(source, { ...choice, destinationIds: ['development'] })).toBeUndefined();
  });
  it('is a copy under another name', () => {
    expect(isOntoItself(source, { ...choice, tag: 'stable' }, 'development')).toBe(false);
    expect(isOntoItself(source, { ...choice, repository: 'mirror/api' }, 'development')).toBe(false);
  });
});

it('groups registries by environment in their order', () => {
  const groups = groupByEnvironment([
    registry('development', 'development'),
    registry('production', 'production'),
    registry('branch-north', 'production'),
  ]);
  expect(groups.map((group) => [group.environment, group.registries.map(({ id }) => id)])).toEqual([
    ['development', ['development']],
    ['production', ['production', 'branch-north']],
  ]);
});

describe('the preview', () => {
  const preview = (...outcomes: CopyPreview['items'][number]['outcome'][]): CopyPreview => ({
    bytesToCopy: 0,
    cautions: [],
    items: outcomes.map((outcome) => ({
      outcome,
      reference: '1',
      destination: { registryId: 'staging', repository: 'payments/api', tag: '1' },
      digest: null,
      replacesDigest: null,
      totalSizeBytes: null,
      reason: null,
    })),
  });
  it('is counted by outcome', () => {
    expect(countOutcomes(preview('copy', 'copy', 'skip'))).toEqual({
      copy: 2,
      replace: 0,
      skip: 1,
      'up-to-date': 0,
      impossible: 0,
    });
  });
  it('says why nothing can be started', () => {
    expect(obstacleOf(choice, true, undefined)).toBe('name');
    expect(obstacleOf({ destinationIds: [] }, false, undefined)).toBe('destination');
    expect(obstacleOf(choice, false, undefined)).toBeNull();
    expect(obstacleOf(choice, false, preview('up-to-date', 'copy'))).toBeNull();
    expect(obstacleOf(choice, false, preview('up-to-date', 'skip'))).toBe('nothing');
    expect(obstacleOf(choice, false, preview('up-to-date', 'impossible'))).toBe('impossible');
  });
  it('has no work when everything is there or impossible', () => {
    expect(hasWork(preview('up-to-date', 'impossible', 'skip'))).toBe(false);
    expect(hasWork(preview('up-to-date', 'replace'))).toBe(true);
  });
});
