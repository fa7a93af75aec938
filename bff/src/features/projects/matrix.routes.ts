import { Router } from 'express';
import { isInScope, scopeWithin } from '../../access/scope.ts';
import * as contract from '../../contract/projects.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { mountEndpoint, projectNotFound } from '../../http/mount-endpoint.ts';
import { type TagLine, type TagPages, projectOf, tagOrder } from '../catalog/catalog.service.ts';
import { leftmostOf, matrixCells } from './matrix-cells.ts';
import type { ProjectsView } from './projects.view.ts';

export interface MatrixRoutesDeps {
  readonly view: Pick<ProjectsView, 'hasProject'>;
  readonly tagPages: TagPages;
  /** In the order of the environments, with their health and the age of what is known of them. */
  readonly listColumns: () => Promise<contract.MatrixColumn[]>;
}

const rowsLimit = 100;

export function matrixRoutes({ view, tagPages, listColumns }: MatrixRoutesDeps): Router {
  const router = Router();
  mountEndpoint(router, contract.getMatrix, async ({ params, query }, { access }) => {
    const { project } = params;
    const { q, sort = '-pushed', limit = rowsLimit, repository, only } = query;
    const after = readCursor(query.cursor, sort, tagOrder(sort, repository));
    const scope = scopeWithin(await access.scope('catalog.read'), project);
    const copies = scopeWithin(await access.scope('replication.read'), project);
    const columns = (await listColumns()).filter(({ registryId }) => isInScope(scope, project, registryId));
    const registryIds = columns.map(({ registryId }) => registryId);
    const taskRegistryIds = registryIds.filter((registryId) => isInScope(copies, project, registryId));
    // A repository of another project is none of this one.
    const isOurs = repository === undefined || projectOf(repository) === project;
    const isDriftOnly = only === 'drift';
    const read = {
      project,
      repository,
      q,
      isDriftOnly,
      sort,
      limit,
      after,
      scope,
      registryIds,
      taskRegistryIds,
      trashRegistryIds: registryIds,
    };
    const found = isOurs ? await tagPages.readPage(read) : { lines: [], next: null, total: 0 };
    if (found.lines.length === 0 && !(await view.hasProject(project))) throw projectNotFound(project);
    return {
      items: found.lines.map((line) => rowOf(line, registryIds)),
      nextCursor: found.next && writeCursor(sort, found.next),
      total: found.total,
      columns,
    };
  });
  return router;
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
