import { Router } from 'express';
import * as contract from '../../contract/projects.ts';
import { ApiError } from '../../http/api-error.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { mountEndpoint } from '../../http/mount-endpoint.ts';
import { type TagLine, type TagPages, projectOf, tagOrder } from '../catalog/catalog.service.ts';
import { leftmostOf, matrixCells } from './matrix-cells.ts';
import { type ProjectRow, type ProjectsView, projectOrders } from './projects.view.ts';

export interface ProjectsRoutesDeps {
  readonly view: ProjectsView;
  readonly tagPages: TagPages;
  /** In the order of the environments, with their health and the age of what is known of them. */
  readonly listColumns: () => Promise<contract.MatrixColumn[]>;
}

const projectsLimit = 100;
const rowsLimit = 100;

export function projectsRoutes({ view, tagPages, listColumns }: ProjectsRoutesDeps): Router {
  const router = Router();

  mountEndpoint(router, contract.listProjects, async ({ query }) => {
    const { q, sort = 'name', limit = projectsLimit } = query;
    const after = readCursor(query.cursor, sort, projectOrders[sort]);
    const { items, next, total } = await view.listProjects({ q, sort, limit, after });
    return { items: items.map(answerOf), nextCursor: next && writeCursor(sort, next), total };
  });

  mountEndpoint(router, contract.getProject, async ({ params }) => {
    const project = await view.findProject(params.project);
    if (project === undefined) throw notFound(params.project);
    return answerOf(project);
  });

  mountEndpoint(router, contract.getMatrix, async ({ params, query }) => {
    const { project } = params;
    const { q, sort = '-pushed', limit = rowsLimit, repository, only } = query;
    const after = readCursor(query.cursor, sort, tagOrder(sort, repository));
    const columns = await listColumns();
    const registryIds = columns.map(({ registryId }) => registryId);
    // A repository of another project is none of this one.
    const isOurs = repository === undefined || projectOf(repository) === project;
    const read = { project, repository, q, isDriftOnly: only === 'drift', sort, limit, after, registryIds };
    const found = isOurs ? await tagPages.readPage(read) : { lines: [], next: null, total: 0 };
    if (found.lines.length === 0 && (await view.findProject(project)) === undefined) throw notFound(project);
    return {
      items: found.lines.map((line) => rowOf(line, registryIds)),
      nextCursor: found.next && writeCursor(sort, found.next),
      total: found.total,
      columns,
    };
  });
  return router;
}

function notFound(project: string): ApiError {
  return new ApiError('project-not-found', `There is no project “${project}”, or nothing was pushed to it yet.`);
}

function answerOf({ pushedAt, registries, ...rest }: ProjectRow): contract.Project {
  return { ...rest, pushedAt: pushedAt?.toISOString() ?? null, registries: [...registries] };
}

function rowOf(line: TagLine, registryIds: readonly string[]): contract.MatrixRow {
  const first = leftmostOf(line, registryIds);
  return {
    repository: line.repository,
    tag: line.tag,
    pushedAt: line.pushedAt?.toISOString() ?? null,
    sizeBytes: first?.sizeBytes ?? null,
    platforms: [...(first?.platforms ?? [])],
    cells: matrixCells(line, registryIds),
  };
}
