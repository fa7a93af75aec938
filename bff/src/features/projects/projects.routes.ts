import { Router } from 'express';
import { rolesWith } from '../../contract/permission-table.ts';
import { scopeWithin } from '../../access/scope.ts';
import * as contract from '../../contract/projects.ts';
import { ApiError } from '../../http/api-error.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { mountEndpoint, projectNotFound, type RequestContext } from '../../http/mount-endpoint.ts';
import type { RequestAccess } from '../../http/request-access.ts';
import {
  differencesOf,
  ProjectChangedError,
  ProjectNameTakenError,
  ProjectNotEmptyError,
  ProjectNotFoundError,
  type PlannedChange,
  type ProjectsService,
} from './projects.service.ts';
import { type ProjectRow, type ProjectsView, projectOrders } from './projects.view.ts';

export interface ProjectsRoutesDeps {
  readonly projects: ProjectsService;
  readonly view: ProjectsView;
  /** The project, or what may be done in it, is another now. */
  readonly announceChange: (project: string) => void;
}

const projectsLimit = 100;

export function projectsRoutes({ projects, view, announceChange }: ProjectsRoutesDeps): Router {
  const router = Router();
  const detailOf = async (name: string, access: RequestAccess) => {
    const scope = scopeWithin(await access.scope('catalog.read'), name);
    const row = await view.findProject(name, scope);
    if (row === undefined) throw projectNotFound(name);
    return {
      ...(await answerOf(row, access)),
      access: (await access.accessTo(name)).map((entry) => ({ ...entry, actions: [...entry.actions] })),
      version: row.version,
      createdAt: row.createdAt.toISOString(),
    };
  };

  mountEndpoint(router, contract.listProjects, async ({ query }, { access }) => {
    const { q, archived = 'without', sort = 'name', limit = projectsLimit } = query;
    const after = readCursor(query.cursor, sort, projectOrders[sort]);
    const scope = await access.scope('catalog.read');
    const { items, next, total } = await view.listProjects({ q, archived, sort, limit, after, scope });
    return {
      items: await Promise.all(items.map((row) => answerOf(row, access))),
      nextCursor: next && writeCursor(sort, next),
      total,
    };
  });

  mountEndpoint(router, contract.getProject, ({ params }, { access }) => detailOf(params.project, access));

  mountEndpoint(router, contract.createProject, async ({ body }, { access, audit }) => {
    const { name, description = '', isPublic = false, publicEnvironments = {} } = body;
    audit.note({ project: name, target: name, after: { description, isPublic, publicEnvironments } });
    await mapped(() => projects.create({ name, description, isPublic, publicEnvironments }));
    announceChange(name);
    return detailOf(name, access);
  });

  mountEndpoint(router, contract.updateProject, async ({ params, body }, context) => {
    const { project } = params;
    const { version, ...change } = body;
    const { access, audit } = context;
    audit.note({ target: project });
    const maySee = (environment: string) => access.may('catalog.read', { project, environment });
    const planned = await mapped(() => projects.plan(project, version, change, maySee));
    audit.note(differencesOf(planned));
    await authorizeChange(planned, context);
    await mapped(() => projects.carryOut(planned));
    announceChange(project);
    return detailOf(project, access);
  });

  mountEndpoint(router, contract.deleteProject, async ({ params }, { audit }) => {
    const { project } = params;
    audit.note({ target: project });
    await mapped(() => projects.remove(project));
    announceChange(project);
  });
  return router;
}

/** Beyond the right to manage the project somewhere, which the endpoint itself asks for. @throws ApiError */
async function authorizeChange(
  { current: { name }, isEverywhere, environments }: PlannedChange,
  { access, audit }: RequestContext,
): Promise<void> {
  if (isEverywhere) await access.authorizeEverywhere('project.manage', name, () => projectNotFound(name));
  for (const environment of environments) {
    if (environments.length === 1) audit.note({ environment });
    await access.authorize('project.manage', { project: name, environment }, () => notYours(name, environment));
  }
}

/** The caller knows the project and named the environment; whether there is one of that name is not told. */
function notYours(project: string, environment: string): ApiError {
  const sentence = `To change who sees ${environment} of ${project} you need the role project admin there.`;
  const needed = { action: 'project.manage' as const, roles: rolesWith('project.manage'), project, environment };
  return new ApiError('permission-missing', sentence, { needed });
}

/** Of environments that the caller may not know of, nothing is said. */
async function answerOf(row: ProjectRow, access: RequestAccess): Promise<contract.Project> {
  const { name, description, isPublic, isArchived, repositoryCount, tagCount, sizeBytes, pushedAt, registries } = row;
  const publicEnvironments: Record<string, boolean> = {};
  for (const [environment, isPublicThere] of Object.entries(row.publicEnvironments)) {
    if (await access.may('catalog.read', { project: name, environment })) {
      publicEnvironments[environment] = isPublicThere;
    }
  }
  return {
    name,
    description,
    isPublic,
    publicEnvironments,
    isArchived,
    repositoryCount,
    tagCount,
    sizeBytes,
    pushedAt: pushedAt?.toISOString() ?? null,
    registries: [...registries],
  };
}

async function mapped<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw apiErrorOf(error) ?? error;
  }
}

function apiErrorOf(error: unknown): ApiError | undefined {
  if (error instanceof ProjectNotFoundError) return projectNotFound(error.project);
  if (error instanceof ProjectNameTakenError) return new ApiError('name-taken', error.message);
  if (error instanceof ProjectChangedError) return new ApiError('version-conflict', error.message);
  if (error instanceof ProjectNotEmptyError) return new ApiError('project-not-empty', error.message);
  return undefined;
}
