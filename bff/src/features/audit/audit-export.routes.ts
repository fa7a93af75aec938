import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Request, type Response, Router } from 'express';
import * as z from 'zod/mini';
import { AuditExportQuery, ProjectAuditExportQuery } from '../../contract/audit.ts';
import { ProjectName } from '../../contract/words.ts';
import { type DownloadRequest, mountDownload } from '../../http/mount-download.ts';
import { projectNotFound } from '../../http/mount-endpoint.ts';
import { type RequestAccess, throwRefused } from '../../http/request-access.ts';
import { csvHeader, csvOf, entryOf, ndjsonOf } from './audit-entries.ts';
import { filterOf, narrowedTo } from './audit.routes.ts';
import type { AuditFilter, AuditLine, AuditSort, AuditView } from './audit.view.ts';

export interface AuditExportDeps {
  readonly view: AuditView;
  /** What the request's session may do now: a long answer must not outlive the right to it. */
  readonly recheck: (request: Request) => Promise<RequestAccess>;
  readonly clock: { now(): Date };
}

const formats = [
  { name: 'csv', type: 'text/csv; charset=utf-8; header=present', header: csvHeader, lineOf: csvOf },
  { name: 'ndjson', type: 'application/x-ndjson; charset=utf-8', header: '', lineOf: ndjsonOf },
] as const;
type Format = (typeof formats)[number];

/** Read at once; of these at most two are in memory for each download. */
const linesAtOnce = 200;
/** A write for each line would be a packet for each line. */
const charactersAtOnce = 16_384;
/** As often as event streams ask. */
const recheckMs = 4000;

/** The log as a file. Routes beside the contract, as the event stream is: their answers are written line by line. */
export function auditExportRoutes(deps: AuditExportDeps): Router {
  const router = Router();
  for (const format of formats) {
    const whole = {
      path: `/audit.${format.name}`,
      action: 'exportAudit',
      permission: 'system.manage',
      query: AuditExportQuery,
    } as const;
    mountDownload(router, whole, ({ query }, request, response) => {
      const narrow = async (access: RequestAccess) => {
        throwRefused(await access.decide('system.manage', undefined, false), () => projectNotFound(''));
        return filterOf(query);
      };
      return write(deps, { format, name: 'audit', query, narrow }, request, response);
    });
    const ofProject = {
      path: `/projects/:project/audit.${format.name}`,
      action: 'exportProjectAudit',
      permission: 'audit.read',
      params: z.strictObject({ project: ProjectName }),
      query: ProjectAuditExportQuery,
    } as const;
    mountDownload(router, ofProject, ({ params: { project }, query }, request, response) => {
      const narrow = async (access: RequestAccess) => {
        throwRefused(await access.decide('audit.read', project, true), () => projectNotFound(project));
        return narrowedTo(project, filterOf(query), access);
      };
      return write(deps, { format, name: `audit-${project}`, query, narrow }, request, response);
    });
  }
  return router;
}

interface Export {
  readonly format: Format;
  readonly name: string;
  /** As it was asked for. */
  readonly query: Readonly<Record<string, unknown>> & { readonly sort?: AuditSort | undefined };
  /** What of the log `access` may read. @throws ApiError */
  readonly narrow: (access: RequestAccess) => Promise<AuditFilter>;
}

async function write(deps: AuditExportDeps, asked: Export, request: DownloadRequest, response: Response) {
  const { format, name, query, narrow } = asked;
  const filter = await narrow(request.access);
  await request.recordBegun({ target: `${name}.${format.name}`, after: query });
  response.writeHead(200, {
    'content-type': format.type,
    'content-disposition': `attachment; filename="${name}.${format.name}"`,
    // nginx would write all of a fast answer to its disk for a slow client.
    'x-accel-buffering': 'no',
  });
  try {
    // The pipeline asks for more text only when the client has taken in the last.
    await pipeline(Readable.from(textOf(deps, asked, filter, request), { highWaterMark: 1 }), response);
  } catch (error) {
    // The client went away before the end; nothing went wrong.
    if ((error as { code?: unknown }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

async function* textOf(
  deps: AuditExportDeps,
  { format, narrow, query: { sort } }: Export,
  first: AuditFilter,
  { request }: DownloadRequest,
): AsyncGenerator<string> {
  let checkedMs = deps.clock.now().getTime();
  const currentFilter = async (filter: AuditFilter): Promise<AuditFilter> => {
    const nowMs = deps.clock.now().getTime();
    if (nowMs - checkedMs < recheckMs) return filter;
    checkedMs = nowMs;
    return narrow(await deps.recheck(request));
  };
  let text: string = format.header;
  for await (const line of linesOf(deps.view, first, sort, currentFilter)) {
    text += format.lineOf(entryOf(line));
    if (text.length < charactersAtOnce) continue;
    yield text;
    text = '';
  }
  yield text;
}

async function* linesOf(
  view: AuditView,
  first: AuditFilter,
  sort: AuditSort = '-at',
  currentFilter: (filter: AuditFilter) => Promise<AuditFilter>,
): AsyncGenerator<AuditLine> {
  let filter = first;
  let after: Awaited<ReturnType<AuditView['readPage']>>['next'] = null;
  do {
    filter = await currentFilter(filter);
    const page: Awaited<ReturnType<AuditView['readPage']>> = await view.readPage({
      filter,
      sort,
      limit: linesAtOnce,
      after,
    });
    yield* page.items;
    after = page.next;
  } while (after !== null);
}
