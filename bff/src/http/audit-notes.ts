import { type AuditRecord, actorOf, type RecordAudit } from '../access/audit-record.ts';
import type { Subject } from '../access/subject.ts';
import type { Endpoint } from '../contract/endpoint.ts';
import { contract } from '../contract/index.ts';
import { ApiError } from './api-error.ts';

/** What a handler knows of its change and the endpoint does not. Later notes add to earlier ones. */
export type AuditNote = Partial<
  Pick<AuditRecord, 'actor' | 'project' | 'environment' | 'target' | 'reason' | 'before' | 'after'>
>;

export interface AuditNotes {
  /** To be called before the change is made where it may fail, so that a failure says what it was about. */
  readonly note: (note: AuditNote) => void;
  readonly taken: () => AuditNote;
}

export function createAuditNotes(): AuditNotes {
  let taken: AuditNote = {};
  return {
    note: (note) => {
      taken = { ...taken, ...note };
    },
    taken: () => taken,
  };
}

/** For a note: of two states of a thing only what differs, each in its own half. */
export function changesBetween(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Required<Pick<AuditNote, 'before' | 'after'>> {
  const differing = Object.keys(after).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  const half = (of: Readonly<Record<string, unknown>>) => Object.fromEntries(differing.map((key) => [key, of[key]]));
  return { before: half(before), after: half(after) };
}

const names = new Map<unknown, string>(Object.entries(contract).map(([name, endpoint]) => [endpoint, name]));

export interface AuditedRequest {
  /** `action`: its name in the log, where it is none of the contract's. */
  readonly endpoint: Pick<Endpoint, 'method' | 'path' | 'isAudited'> & { readonly action?: string };
  readonly params: Record<string, unknown>;
  readonly subject: Subject;
  readonly address: string;
  readonly requestId: string;
  readonly notes: AuditNotes;
  readonly record: RecordAudit;
}

/** Every change is recorded without its handler's doing; what the handler noted is added. */
export async function recordDone(request: AuditedRequest): Promise<void> {
  if (request.endpoint.method === 'GET' || request.endpoint.isAudited === false) return;
  await request.record(recordOf(request, 'done', null));
}

/** For what is read and is worth a line all the same: written before its first byte. */
export async function recordBegun(request: AuditedRequest, note: AuditNote): Promise<void> {
  request.notes.note(note);
  await request.record(recordOf(request, 'done', null));
}

/** Refusals of any kind of request, and changes that broke. What was merely malformed or not found is not recorded. */
export async function recordError(request: AuditedRequest, error: unknown): Promise<void> {
  const line = lineOfError(request, error);
  // A refusal stays the answer when it cannot be written down; the recorder puts the lost line into the server's log.
  if (line !== undefined) await request.record(line).catch(() => {});
}

function lineOfError(request: AuditedRequest, error: unknown): AuditRecord | undefined {
  if (error instanceof ApiError && isRefusal(error)) return recordOf(request, 'refused', error.message);
  const isOurs = !(error instanceof ApiError) || error.status >= 500;
  if (!isOurs || request.endpoint.method === 'GET' || request.endpoint.isAudited === false) return undefined;
  const reason = error instanceof ApiError ? error.message : 'Something went wrong on the console’s side.';
  return recordOf(request, 'failed', reason);
}

const refusals: ReadonlySet<string> = new Set([
  'permission-missing',
  'credentials-wrong',
  'last-project-admin',
  'last-system-admin',
  'project-archived',
  'registry-url-refused',
  'promotion-own',
  'promotion-off-path',
  'promotion-pending',
  'promotion-not-needed',
  'promotion-tag-moved',
  'promotion-tag-held',
  'promotion-not-waiting',
  'promotion-not-undoable',
  'trash-item-busy',
  'trash-tag-taken',
  'collection-running',
  'collection-not-configured',
]);

function isRefusal(error: ApiError): boolean {
  return refusals.has(error.code) || (error as { isRefusal?: boolean }).isRefusal === true;
}

function recordOf(
  { endpoint, params, subject, address, requestId, notes }: AuditedRequest,
  outcome: AuditRecord['outcome'],
  reason: string | null,
): AuditRecord {
  const { project, ...rest } = params;
  const target = Object.values(rest).map(String).join(' ').slice(0, 500);
  return {
    actor: actorOf(subject),
    address,
    action: names.get(endpoint) ?? endpoint.action ?? `${endpoint.method} ${endpoint.path}`,
    outcome,
    project: typeof project === 'string' ? project.slice(0, 255) : null,
    environment: null,
    target: target === '' ? null : target,
    before: null,
    after: null,
    requestId,
    ...notes.taken(),
    ...(reason === null ? { reason: notes.taken().reason ?? null } : { reason }),
  };
}
