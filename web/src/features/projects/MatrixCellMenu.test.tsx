import { cleanup, fireEvent, screen } from '@testing-library/react';
import type { PlaceAction } from 'bff/contract/permissions';
import type { MatrixCell, MatrixColumn, MatrixRow } from 'bff/contract/projects';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { projectQuery } from '../../domain/project-access.ts';
import { pathQuery } from '../../domain/promotion/promotion-queries.ts';
import { directoryQuery } from '../../domain/registry-directory.ts';
import { people, projectWith, registryEntry, sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { MatrixCellMenu } from './MatrixCellMenu.tsx';

beforeAll(() => loadWords('en', 'projects'));
afterEach(cleanup);

const digest = `sha256:${'a'.repeat(64)}`;
const column = (id: string): MatrixColumn => ({
  registryId: id,
  name: id,
  environment: id,
  health: 'up',
  asOf: null,
  isStale: false,
  reason: null,
});
const cell = (state: MatrixCell['state']): MatrixCell => ({
  state,
  digest: state === 'missing' ? null : digest,
  sizeBytes: 1,
  pushedAt: null,
  pushedBy: null,
  task: null,
  trash: null,
});
/** What the menu has begun. */
const begun: unknown[] = [];
const row: MatrixRow = {
  repository: 'payments/api',
  tag: '2.7.3',
  pushedAt: null,
  sizeBytes: 1,
  platforms: [],
  cells: [cell('first'), cell('missing'), cell('missing')],
};
const columns = ['development', 'testing', 'production'].map(column);

/** The entries of the menu of one cell, for somebody with these rights in the environments. */
function entries(
  who: keyof typeof people,
  at: number,
  access: Readonly<Record<string, readonly PlaceAction[]>>,
  shown: MatrixRow = row,
) {
  renderAt(
    '/projects/payments',
    <MatrixCellMenu
      anchor={document.body}
      row={shown}
      columns={columns}
      column={at}
      onCopyTo={() => undefined}
      onPromote={() => undefined}
      onDelete={(intent) => begun.push(intent)}
      onRestore={(itemId) => begun.push(itemId)}
      onClose={() => undefined}
    />,
    [
      [sessionQuery().queryKey, sessionOf(who)],
      [directoryQuery().queryKey, { items: columns.map(({ registryId }) => registryEntry(registryId)) }],
      [projectQuery('payments').queryKey, projectWith(access)],
      [pathQuery('payments').queryKey, { steps, isDefault: true, others: [], version: 0 }],
    ],
  );
  return screen.getAllByRole('menuitem').map(({ textContent }) => textContent);
}

const steps = ['development', 'testing', 'production'].map((environment) => ({ environment, needsApproval: false }));
const pushes = [...people.developer.actions];
const deletes = [...pushes, 'artifact.delete'] as const;
const reads = [...people.guest.actions];

describe('the menu of a cell', () => {
  it('is headed by the tag and the registry that it acts on', () => {
    entries('guest', 2, { development: reads, testing: reads, production: reads });
    const menu = screen.getByRole('menu', { name: 'api:2.7.3 in production' });
    expect(menu.firstElementChild?.textContent).toBe('api:2.7.3 in production');
  });

  it('offers a guest nothing that would be refused', () => {
    const access = { development: reads, testing: reads, production: reads };
    expect(entries('guest', 0, access)).toEqual(['Open', 'Copy pull command', 'Copy digest']);
    cleanup();
    expect(entries('guest', 1, access)).toEqual(['not there']);
  });

  it('offers who may push to testing only to copy there, from anywhere', () => {
    const access = { development: reads, testing: pushes, production: reads };
    expect(entries('developer', 0, access)).toContain('Copy to…');
    cleanup();
    expect(entries('developer', 1, access)).toEqual(['Copy here from development…']);
    cleanup();
    expect(entries('developer', 2, access)).toEqual(['not there']);
  });

  it('offers to promote to the next environment on the path into which one may push', () => {
    const access = { development: reads, testing: pushes, production: pushes };
    expect(entries('developer', 0, access)).toContain('Promote to testing…');
    cleanup();
    expect(entries('developer', 0, { ...access, testing: reads })).toContain('Promote to production…');
    cleanup();
    // Nothing is there, or nothing comes after it.
    expect(entries('developer', 1, access)).not.toContain('Promote to production…');
    expect(entries('developer', 0, { development: pushes, testing: reads, production: reads }).join()).not.toContain(
      'Promote',
    );
  });

  it('offers to delete only where one may delete, from there', () => {
    const access = { development: deletes, testing: deletes, production: pushes };
    expect(entries('developer', 1, access)).not.toContain('Delete…');
    cleanup();
    const everywhere = { ...row, cells: [cell('first'), cell('same'), cell('differs')] };
    expect(entries('developer', 2, access, everywhere)).not.toContain('Delete…');
    cleanup();
    expect(entries('developer', 1, access, everywhere)).toContain('Delete…');
    fireEvent.click(screen.getByRole('menuitem', { name: 'Delete…' }));
    expect(begun.splice(0)).toMatchObject([
      {
        repository: 'payments/api',
        chosenIds: ['testing'],
        what: { references: [{ name: '2.7.3', registryIds: ['development', 'testing', 'production'] }] },
      },
    ]);
  });

  it('offers to restore what is in the trash to whoever may, and says that it is there to others', () => {
    const trash = { itemId: 'the-item', digest, deletedAt: '2026-01-02T03:04:05.000Z', deletedBy: 'mara' };
    const trashed = { ...row, cells: [cell('first'), { ...cell('missing'), state: 'trash' as const, trash }] };
    expect(entries('guest', 1, { development: reads, testing: reads }, trashed)).toEqual(['in trash']);
    cleanup();
    expect(entries('developer', 1, { development: reads, testing: deletes }, trashed)).toContain('Restore…');
    fireEvent.click(screen.getByRole('menuitem', { name: 'Restore…' }));
    expect(begun.splice(0)).toEqual(['the-item']);
  });

  it('offers an account that may push elsewhere nothing here', () => {
    expect(entries('developer', 0, { development: reads })).not.toContain('Copy to…');
  });
});
