import { describe, expect, it } from 'vitest';
import { deletionPreview } from '../../testing/trash.ts';
import { countDeleted, type DeletionIntent, planSelections } from './delete-plan.ts';

const intent = (what: DeletionIntent['what'], repository = 'payments/api'): DeletionIntent => ({
  repository,
  registryIds: ['development', 'production'],
  chosenIds: [],
  what,
});
const tags = intent({
  kind: 'references',
  references: [
    { name: '1.0', registryIds: ['development', 'production'] },
    { name: '1.1', registryIds: ['development'] },
  ],
});

describe('what is asked of each registry', () => {
  it('are the tags that it has', () => {
    expect(planSelections(tags, ['development', 'production'], '')).toEqual([
      { kind: 'references', registryId: 'development', repository: 'payments/api', references: ['1.0', '1.1'] },
      { kind: 'references', registryId: 'production', repository: 'payments/api', references: ['1.0'] },
    ]);
  });
  it('is nothing where none was chosen, or none of the tags is there', () => {
    expect(planSelections(tags, [], '')).toEqual([]);
    expect(planSelections(tags, ['staging'], '')).toEqual([]);
  });
  it('is a pattern within this repository alone, once there is one', () => {
    const byPattern = intent({ kind: 'pattern' });
    expect(planSelections(byPattern, ['development'], '')).toEqual([]);
    expect(planSelections(byPattern, ['development'], '*-rc*')).toEqual([
      { kind: 'pattern', registryIds: ['development'], repositoryPattern: 'api', tagPattern: '*-rc*' },
    ]);
    // The built-in project has no prefix.
    expect(planSelections(intent({ kind: 'pattern' }, 'busybox'), ['development'], '1')).toMatchObject([
      { repositoryPattern: 'busybox' },
    ]);
  });
});

describe('how many would go', () => {
  it('are those that no rule holds', () => {
    expect(countDeleted(deletionPreview({ total: 5, heldCount: 2 }))).toBe(3);
  });
  it('are none in a registry that deletes nothing', () => {
    expect(countDeleted(deletionPreview({ undeletable: [{ registryId: 'development', reason: null }] }))).toBe(0);
  });
});
