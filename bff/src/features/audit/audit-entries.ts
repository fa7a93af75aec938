import type { AuditEntry } from '../../contract/audit.ts';
import type { AuditLine } from './audit.view.ts';

/** What a spreadsheet would take for a formula, also behind blanks and in full-width signs. https://owasp.org/www-community/attacks/CSV_Injection */
const formula = /^(?:[\t\r\n]|\s*[=+\-@＝＋－＠])/u;

export function entryOf({ actor, at, before, after, ...line }: AuditLine): AuditEntry {
  return {
    ...line,
    at: at.toISOString(),
    actor: { kind: actor.kind, name: actor.name },
    before: before && { ...before },
    after: after && { ...after },
  };
}

const csvColumns: ReadonlyArray<readonly [name: string, of: (entry: AuditEntry) => string | number | null]> = [
  ['id', ({ id }) => id],
  ['at', ({ at }) => at],
  ['actor_kind', ({ actor }) => actor.kind],
  ['actor', ({ actor }) => actor.name],
  ['address', ({ address }) => address],
  ['action', ({ action }) => action],
  ['outcome', ({ outcome }) => outcome],
  ['project', ({ project }) => project],
  ['environment', ({ environment }) => environment],
  ['target', ({ target }) => target],
  ['reason', ({ reason }) => reason],
  ['before', ({ before }) => before && JSON.stringify(before)],
  ['after', ({ after }) => after && JSON.stringify(after)],
  ['request_id', ({ requestId }) => requestId],
];

export const csvHeader = csvLine(csvColumns.map(([name]) => name));

export function csvOf(entry: AuditEntry): string {
  return csvLine(csvColumns.map(([, of]) => String(of(entry) ?? '')));
}

export function ndjsonOf(entry: AuditEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/** https://www.rfc-editor.org/rfc/rfc4180 */
function csvLine(fields: readonly string[]): string {
  return `${fields.map(csvField).join(',')}\r\n`;
}

function csvField(text: string): string {
  const harmless = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
