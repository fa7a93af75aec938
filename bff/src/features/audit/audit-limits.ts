import type { AuditRecord } from '../../access/audit-record.ts';

/** Far more than an honest value has: what comes from a request must not blow the log up, or the pages that show it. */
const textMax = 500;
const namesMax = { actor: 200, address: 64, action: 100, project: 255, environment: 63, requestId: 100 } as const;
const itemsMax = 50;
const depthMax = 4;
const halfBytesMax = 16_384;

/** A line that the database takes and that has a bounded size, whatever it was made from. */
export function boundedRecord(record: AuditRecord): AuditRecord {
  const { actor, address, action, project, environment, target, reason, before, after, requestId } = record;
  return {
    ...record,
    actor: { ...actor, name: bounded(actor.name, namesMax.actor) },
    address: orNull(address, namesMax.address),
    action: bounded(action, namesMax.action),
    project: orNull(project, namesMax.project),
    environment: orNull(environment, namesMax.environment),
    target: orNull(target, textMax),
    reason: orNull(reason, textMax),
    before: boundedHalf(before),
    after: boundedHalf(after),
    requestId: orNull(requestId, namesMax.requestId),
  };
}

function orNull(text: string | null, length: number): string | null {
  return text === null ? null : bounded(text, length);
}

/** PostgreSQL stores neither a NUL nor half a character. */
function bounded(text: string, length: number): string {
  const cut = text.length > length ? `${text.slice(0, length - 1)}…` : text;
  return cut.replaceAll('\u0000', '\ufffd').toWellFormed();
}

function boundedHalf(half: AuditRecord['before']): AuditRecord['before'] {
  if (half === null) return null;
  const value = boundedValue(half, 0) as Record<string, unknown>;
  const bytes = Buffer.byteLength(JSON.stringify(value));
  return bytes > halfBytesMax ? { '…': `too long for the log: ${bytes} bytes` } : value;
}

function boundedValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return bounded(value, textMax);
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth === depthMax) return '…';
  if (Array.isArray(value)) {
    const items: unknown[] = value.slice(0, itemsMax).map((item) => boundedValue(item, depth + 1));
    return value.length > itemsMax ? [...items, `… and ${value.length - itemsMax} more`] : items;
  }
  const entries = Object.entries(value).slice(0, itemsMax);
  return Object.fromEntries(entries.map(([key, item]) => [bounded(key, textMax), boundedValue(item, depth + 1)]));
}
