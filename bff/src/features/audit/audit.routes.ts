import { Router } from 'express';
import * as contract from '../../contract/audit.ts';
import type { HandlerInput } from '../../contract/endpoint.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { mountEndpoint } from '../../http/mount-endpoint.ts';
import type { RequestAccess } from '../../http/request-access.ts';
import { entryOf } from './audit-entries.ts';
import { type AuditFilter, auditOrders, type AuditView } from './audit.view.ts';

const linesLimit = 100;

type AuditQuery = HandlerInput<typeof contract.listAudit>['query'];

export function auditRoutes(view: AuditView): Router {
  const router = Router();
  const page = async (query: AuditQuery, filter: AuditFilter) => {
    const { sort = '-at', limit = linesLimit } = query;
    const after = readCursor(query.cursor, sort, auditOrders[sort]);
    const { items, next } = await view.readPage({ filter, sort, limit, after });
    return {
      items: items.map(entryOf),
      nextCursor: next && writeCursor(sort, next),
      // The log only grows; counting it would cost more with every day.
      total: after === null && next === null ? items.length : null,
    };
  };
  mountEndpoint(router, contract.listAudit, ({ query }) => page(query, filterOf(query)));
  mountEndpoint(router, contract.listProjectAudit, async ({ params, query }, { access }) =>
    page(query, await narrowedTo(params.project, filterOf(query), access)),
  );
  return router;
}

export function filterOf(query: Omit<AuditQuery, 'limit' | 'cursor' | 'sort'>): AuditFilter {
  const { q, actor, action, outcome, from, to, project } = query;
  const instant = (text: string | undefined) => (text === undefined ? undefined : new Date(text));
  return { q, actor, action, outcome, from: instant(from), to: instant(to), project };
}

/** The lines of a project that the caller may read: where it is not so everywhere, those of the environments where it is. */
export async function narrowedTo(project: string, filter: AuditFilter, access: RequestAccess): Promise<AuditFilter> {
  const environments = await access.environments();
  const readable: string[] = [];
  for (const environment of environments) {
    if (await access.may('audit.read', { project, environment })) readable.push(environment);
  }
  // Also those that no registry serves any more: the column “all environments” stands for them.
  const isUnlimited =
    readable.length === environments.length && (await access.may('audit.read', { project, environment: '' }));
  return { ...filter, project, environments: isUnlimited ? undefined : readable };
}
