import { describe, expect, it } from 'vitest';
import { auditDefaults, auditFileUrl, auditQueryOf, isFiltered } from './audit-filters.ts';

describe('the filters of the log', () => {
  it('ask for nothing that is not set', () => {
    expect(auditQueryOf(auditDefaults, undefined)).toEqual({});
    expect(isFiltered(auditDefaults)).toBe(false);
    expect(isFiltered({ ...auditDefaults, actor: 'mara' })).toBe(true);
  });

  it('mean the whole of the last day, in the reader’s time zone', () => {
    const { from, to } = auditQueryOf({ ...auditDefaults, from: '2026-03-28', to: '2026-03-29' }, undefined);
    expect(from).toBe(new Date(2026, 2, 28).toISOString());
    expect(to).toBe(new Date(2026, 2, 30).toISOString());
  });

  it('ignore what somebody wrote into the address by hand', () => {
    const url = { ...auditDefaults, from: 'yesterday', to: '2026-99-99999', outcome: 'perhaps' };
    expect(auditQueryOf(url, undefined)).toEqual({});
  });

  it('name the project in the whole log only', () => {
    const url = { ...auditDefaults, project: 'shop' };
    expect(auditQueryOf(url, undefined)).toEqual({ project: 'shop' });
    expect(auditQueryOf(url, 'payments')).toEqual({});
  });

  it('go into the file’s address', () => {
    const query = auditQueryOf({ ...auditDefaults, q: 'a b', outcome: 'refused' }, 'payments');
    expect(auditFileUrl('csv', query, 'payments')).toBe('/api/v1/projects/payments/audit.csv?q=a+b&outcome=refused');
    expect(auditFileUrl('ndjson', {}, undefined)).toBe('/api/v1/audit.ndjson');
  });
});
