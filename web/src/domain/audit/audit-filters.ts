import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query';
import { auditOutcomes, listAudit, listProjectAudit } from 'bff/contract/audit';
import type { CallInput } from 'bff/contract/endpoint';
import { call, endpointUrl } from '../../api/call.ts';

/** As they stand in the URL; days are those of the reader's time zone. */
export const auditDefaults = { q: '', actor: '', action: '', outcome: '', from: '', to: '', project: '' };
export type AuditUrl = Readonly<Record<keyof typeof auditDefaults, string>>;
export type AuditQuery = NonNullable<CallInput<typeof listAudit>['query']>;

const LINES_A_PAGE = 100;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** What is asked for. What is no day or no outcome in the URL filters nothing. `project` only in the whole log. */
export function auditQueryOf(url: AuditUrl, project: string | undefined): AuditQuery {
  const outcome = auditOutcomes.find((one) => one === url.outcome);
  const from = dayStart(url.from, 0);
  const to = dayStart(url.to, 1);
  return {
    ...(url.q === '' ? {} : { q: url.q }),
    ...(url.actor === '' ? {} : { actor: url.actor }),
    ...(url.action === '' ? {} : { action: url.action }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(url.project === '' || project !== undefined ? {} : { project: url.project }),
  };
}

/** “To” a day means to its end. */
function dayStart(day: string, laterDays: number): string | undefined {
  if (!DAY.test(day)) return undefined;
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const start = new Date(year, month - 1, date + laterDays);
  return Number.isNaN(start.getTime()) ? undefined : start.toISOString();
}

export function isFiltered(url: AuditUrl): boolean {
  return Object.values(url).some((value) => value !== '');
}

/** The same lines as a file. */
export function auditFileUrl(format: 'csv' | 'ndjson', query: AuditQuery, project: string | undefined): string {
  return project === undefined
    ? endpointUrl(`${listAudit.path}.${format}`, {}, query)
    : endpointUrl(`${listProjectAudit.path}.${format}`, { project }, query);
}

export const auditPages = (query: AuditQuery, project: string | undefined) =>
  infiniteQueryOptions({
    queryKey: [project === undefined ? listAudit.path : listProjectAudit.path, { project, query }, 'pages'] as const,
    queryFn: ({ pageParam, signal }) => {
      const page = { ...query, limit: LINES_A_PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) };
      if (project === undefined) return call(listAudit, { query: page }, { signal });
      return call(listProjectAudit, { params: { project }, query: page }, { signal });
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    placeholderData: keepPreviousData,
  });
