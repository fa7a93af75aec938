import { describe, expect, it } from 'vitest';
import { csvHeader, csvOf, entryOf, ndjsonOf } from './audit-entries.ts';
import type { AuditLine } from './audit.view.ts';

const line: AuditLine = {
  id: 7,
  at: new Date('2026-03-04T05:06:07.089Z'),
  actor: { kind: 'user', id: 'u1', name: 'mara' },
  address: '192.0.2.1',
  action: 'updateProject',
  outcome: 'done',
  project: 'payments',
  environment: null,
  target: 'payments',
  reason: null,
  before: { isPublic: false },
  after: { isPublic: true },
  requestId: 'r1',
};
const fieldsOf = (target: string) => csvOf(entryOf({ ...line, target, before: null, after: null }));

describe('A line of the log as CSV', () => {
  it('has a field for each column, and quotes inside quotes', () => {
    expect(csvHeader.trimEnd().split(',')).toHaveLength(14);
    expect(csvOf(entryOf(line))).toBe(
      '7,2026-03-04T05:06:07.089Z,user,mara,192.0.2.1,updateProject,done,payments,,payments,,' +
        '"{""isPublic"":false}","{""isPublic"":true}",r1\r\n',
    );
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', ' =1+1', '＝1+1'])('is no formula of a spreadsheet: %j', (target) => {
    expect(fieldsOf(target)).toContain(`,'${target},`);
  });

  it.each([
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['two\r\nlines', '"two\r\nlines"'],
    ['\r=1', '"\'\r=1"'],
    ['plain = text', 'plain = text'],
  ])('keeps %j in one field', (target, field) => {
    expect(fieldsOf(target)).toContain(`,${field},`);
  });
});

describe('A line of the log as JSON', () => {
  it('is one line, without the actor’s id', () => {
    const text = ndjsonOf(entryOf({ ...line, target: 'two\nlines' }));
    expect(text.indexOf('\n')).toBe(text.length - 1);
    expect(JSON.parse(text)).toEqual({
      ...line,
      at: line.at.toISOString(),
      actor: { kind: 'user', name: 'mara' },
      target: 'two\nlines',
    });
  });
});
