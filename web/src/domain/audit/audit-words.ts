import type { AuditEntry } from 'bff/contract/audit';
import { useTranslation } from 'react-i18next';
import { text } from '../../i18n/audit-log.en.ts';

type Change = keyof typeof text.did;
type Read = keyof typeof text.read;

/** The operations that have words; what else an older log holds is shown by the operation's own name. */
export const knownChanges = Object.keys(text.did) as Change[];
export const knownReads = Object.keys(text.read) as Read[];

/** What somebody did or was refused, in words: “change members”. */
export function useActionWords(): (action: string) => string {
  const { t } = useTranslation('audit-log');
  return (action) => {
    const change = knownChanges.find((one) => one === action);
    if (change !== undefined) return t(`did.${change}`);
    const read = knownReads.find((one) => one === action);
    return read === undefined ? action : t(`read.${read}`);
  };
}

const KIND = /^(?:user|group|access token) /;

/** What it was done to, without the kind that the words of the action name already. */
export function targetText({ action, target }: Pick<AuditEntry, 'action' | 'target'>): string | null {
  if (target === null || (action === 'updateSettings' && target === 'settings')) return null;
  return /(?:User|Password|Group|AccessToken)$/.test(action) ? target.replace(KIND, '') : target;
}

export interface ValueChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The fields of both sides of a change, in the order in which they were written down. */
export function changesOf({ before, after }: Pick<AuditEntry, 'before' | 'after'>): ValueChange[] {
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return fields.map((field) => ({ field, before: before?.[field], after: after?.[field] }));
}

export interface ValueWords {
  readonly yes: string;
  readonly no: string;
  readonly nothing: string;
}

/** A value for people: lists and objects are written out, without quotes where none are needed. */
export function valueText(value: unknown, words: ValueWords): string {
  if (value === undefined || value === null || value === '') return words.nothing;
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) {
    return value.length === 0 ? words.nothing : value.map((item) => valueText(item, words)).join(', ');
  }
  if (typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return words.nothing;
  return entries.map(([name, inner]) => `${name}: ${valueText(inner, words)}`).join('; ');
}
