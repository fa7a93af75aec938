import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { listQuery, page, searchText } from './lists.ts';
import { Instant, ProjectName } from './words.ts';

export const auditOutcomes = ['done', 'refused', 'failed'] as const;

/** One line of the log of every change and every refusal. Nothing in it is secret. */
export const AuditEntry = z
  .object({
    id: z.int(),
    at: Instant,
    actor: z.object({ kind: z.enum(['user', 'robot', 'anonymous', 'system']), name: z.string() }),
    /** The client's address; null for what the console did by itself. */
    address: z.nullable(z.string()),
    /** The operation: `updateProject`, `push`, `token`. */
    action: z.string(),
    outcome: z.enum(auditOutcomes),
    /** As the request named it: of a refused one it may be no name of a project at all. */
    project: z.nullable(z.string()),
    environment: z.nullable(z.string()),
    /** What it was done to: `payments/api:2.7.3`, `user mara`. */
    target: z.nullable(z.string()),
    /** Why it was refused or failed. */
    reason: z.nullable(z.string()),
    before: z.nullable(z.record(z.string(), z.unknown())),
    after: z.nullable(z.record(z.string(), z.unknown())),
    requestId: z.nullable(z.string()),
  })
  .register(z.globalRegistry, { id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof AuditEntry>;

const { limit, cursor, ...search } = listQuery(['-at', 'at']);
/** `q` is looked for in actor, action, target and reason; `actor` and `action` in themselves; `from` and `to` are included. */
const filters = {
  ...search,
  actor: z.optional(searchText),
  action: z.optional(searchText),
  outcome: z.optional(z.enum(auditOutcomes)),
  from: z.optional(z.iso.datetime({ offset: true })),
  to: z.optional(z.iso.datetime({ offset: true })),
};

/** Of the log as a stream of lines: `/api/v1/audit.csv` and `.ndjson`, and below `/projects/:project`. */
export const AuditExportQuery = z.strictObject({ ...filters, project: z.optional(ProjectName) });
export const ProjectAuditExportQuery = z.strictObject(filters);

export const listAudit = endpoint({
  method: 'GET',
  path: '/audit',
  summary: 'Every change and refusal, newest first',
  permission: 'system.manage',
  query: z.strictObject({ ...filters, limit, cursor, project: z.optional(ProjectName) }),
  response: page(AuditEntry),
  errors: ['cursor-invalid'],
});
export const listProjectAudit = endpoint({
  method: 'GET',
  path: '/projects/:project/audit',
  summary: 'Every change and refusal in a project, newest first',
  permission: 'audit.read',
  params: z.strictObject({ project: ProjectName }),
  query: z.strictObject({ ...filters, limit, cursor }),
  response: page(AuditEntry),
  errors: ['project-not-found', 'cursor-invalid'],
});

export const auditEndpoints = { listAudit, listProjectAudit };
