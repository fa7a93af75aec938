import { Router } from 'express';
import { actorOf } from '../../access/audit-record.ts';
import * as contract from '../../contract/robots.ts';
import type { HandlerInput } from '../../contract/endpoint.ts';
import { ApiError } from '../../http/api-error.ts';
import { mountEndpoint, projectNotFound, type RequestContext } from '../../http/mount-endpoint.ts';
import { environmentsOf, RobotFieldError, type RobotPermission } from './robot-permissions.ts';
import {
  RobotChangedError,
  RobotNameTakenError,
  RobotNotFoundError,
  RobotProjectNotFoundError,
  type RobotsService,
  type StoredRobot,
} from './robots.service.ts';

export interface RobotsRoutesDeps {
  readonly robots: RobotsService;
  /** Tells every instance and page that rights changed. */
  readonly announceAccess: () => void;
  readonly publishProject: (project: string) => void;
}

type Draft = HandlerInput<typeof contract.createRobot>['body'];
type Change = HandlerInput<typeof contract.updateRobot>['body'];

export function robotsRoutes(deps: RobotsRoutesDeps): Router {
  const router = Router();
  const actions = robotActions(deps);
  mountEndpoint(router, contract.listProjectRobots, ({ params }) => actions.list(params.project));
  mountEndpoint(router, contract.listRobots, () => actions.list(null));
  mountEndpoint(router, contract.createProjectRobot, ({ params, body }, context) =>
    actions.create(params.project, body, context),
  );
  mountEndpoint(router, contract.createRobot, ({ body }, context) => actions.create(null, body, context));
  mountEndpoint(router, contract.updateProjectRobot, ({ params, body }, context) =>
    actions.update(params.project, params.robotId, body, context),
  );
  mountEndpoint(router, contract.updateRobot, ({ params, body }, context) =>
    actions.update(null, params.robotId, body, context),
  );
  mountEndpoint(router, contract.deleteProjectRobot, ({ params }, context) =>
    actions.remove(params.project, params.robotId, context),
  );
  mountEndpoint(router, contract.deleteRobot, ({ params }, context) => actions.remove(null, params.robotId, context));
  mountEndpoint(router, contract.rotateProjectRobot, ({ params, body }, context) =>
    actions.rotate(params.project, params.robotId, body.overlapHours, context),
  );
  mountEndpoint(router, contract.rotateRobot, ({ params, body }, context) =>
    actions.rotate(null, params.robotId, body.overlapHours, context),
  );
  return router;
}

/** What both kinds of robots have in common; `project` is null for a system robot. */
function robotActions({ robots, announceAccess, publishProject }: RobotsRoutesDeps) {
  const changed = (project: string | null) => {
    announceAccess();
    if (project !== null) publishProject(project);
  };
  const get = async (project: string | null, robotId: string, context: RequestContext): Promise<StoredRobot> => {
    const robot = await mapped(() => robots.get(project, robotId));
    context.audit.note({ target: robot.loginName });
    // Who may not give these rights may not take the robot over either: its new secret would be theirs.
    await authorizeGiving(context, project, robot.permissions);
    return robot;
  };
  return {
    list: async (project: string | null) => ({
      items: (await mapped(() => robots.list(project), project)).map(answerOf),
    }),

    async create(project: string | null, body: Draft, context: RequestContext) {
      context.audit.note({ target: project === null ? `robot.${body.name}` : `robot.${project}.${body.name}` });
      await authorizeGiving(context, project, body.permissions);
      const draft = { ...body, description: body.description ?? '', expiresAt: dateOf(body.expiresAt) };
      const made = await mapped(() => robots.create(project, draft, actorOf(context.access.subject).name), project);
      context.audit.note({ after: changesOf(undefined, made.robot) });
      changed(project);
      return { ...answerOf(made.robot), secret: made.secret };
    },

    async update(project: string | null, robotId: string, body: Change, context: RequestContext) {
      const before = await get(project, robotId, context);
      await authorizeGiving(context, project, body.permissions);
      const { version, description, permissions, isDisabled } = body;
      const fields = { description, permissions, expiresAt: dateOf(body.expiresAt), isDisabled };
      const after = await mapped(() => robots.update(before, version, fields));
      context.audit.note({ before: changesOf(after, before), after: changesOf(before, after) });
      changed(project);
      return answerOf(after);
    },

    async remove(project: string | null, robotId: string, context: RequestContext) {
      const before = await get(project, robotId, context);
      context.audit.note({ before: changesOf(undefined, before) });
      await mapped(() => robots.remove(before));
      changed(project);
    },

    async rotate(project: string | null, robotId: string, overlapHours: number, context: RequestContext) {
      const before = await get(project, robotId, context);
      context.audit.note({ after: { overlapHours } });
      const { robot, secret } = await mapped(() => robots.rotate(before, overlapHours));
      changed(project);
      return { ...answerOf(robot), secret };
    },
  };
}

/** A project's robot can be given only what its maker holds: the management of each environment that it names. */
async function authorizeGiving(
  { access }: RequestContext,
  project: string | null,
  permissions: readonly RobotPermission[],
): Promise<void> {
  // System robots are for system administrators alone; the endpoint has seen to it.
  if (project === null) return;
  const environments = environmentsOf(permissions);
  if (environments === null) {
    await access.authorizeEverywhere('project.manage', project, () => notYours(project, null));
    return;
  }
  for (const environment of environments) {
    await access.authorize('project.manage', { project, environment }, () => notYours(project, environment));
  }
}

/** The caller manages the project somewhere, so that its existence is no secret. */
function notYours(project: string, environment: string | null): ApiError {
  const where = environment === null ? 'every environment' : environment;
  return new ApiError(
    'permission-missing',
    `To give a robot account rights in ${where} of ${project} you need the role project admin there.`,
    { needed: { action: 'project.manage', roles: ['project-admin'], project, environment } },
  );
}

function dateOf(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}

function answerOf(robot: StoredRobot) {
  const { id, name, loginName, project, description, isDisabled, lastUsedFrom, createdBy, version } = robot;
  return {
    id,
    name,
    loginName,
    project,
    description,
    permissions: robot.permissions.map(({ actions, environments, repositories }) => ({
      actions: [...actions],
      environments: environments && [...environments],
      repositories: [...repositories],
    })),
    expiresAt: instant(robot.expiresAt),
    isDisabled,
    secrets: robot.secrets.map(({ createdAt, expiresAt, lastUsedAt }) => ({
      createdAt: createdAt.toISOString(),
      expiresAt: instant(expiresAt),
      lastUsedAt: instant(lastUsedAt),
    })),
    lastUsedAt: instant(robot.lastUsedAt),
    lastUsedFrom,
    createdBy,
    createdAt: robot.createdAt.toISOString(),
    version,
  };
}

function instant(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}

/** For the audit log: what of `robot` differs from `other`; all of it where there is no other. */
function changesOf(other: StoredRobot | undefined, robot: StoredRobot): Record<string, unknown> {
  const shown = (from: StoredRobot): Record<string, unknown> => ({
    description: from.description,
    permissions: from.permissions,
    expiresAt: instant(from.expiresAt),
    isDisabled: from.isDisabled,
  });
  const compared = other === undefined ? {} : shown(other);
  return Object.fromEntries(
    Object.entries(shown(robot)).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(compared[key])),
  );
}

async function mapped<T>(work: () => Promise<T>, project: string | null = null): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RobotProjectNotFoundError) throw projectNotFound(project ?? '');
    throw apiErrorOf(error) ?? error;
  }
}

function apiErrorOf(error: unknown): ApiError | undefined {
  if (error instanceof RobotNotFoundError) return new ApiError('robot-not-found', error.message);
  if (error instanceof RobotNameTakenError) return new ApiError('name-taken', error.message);
  if (error instanceof RobotChangedError) return new ApiError('version-conflict', error.message);
  if (error instanceof RobotFieldError) {
    return new ApiError('request-invalid', error.message, { fields: [{ path: error.path, message: error.message }] });
  }
  return undefined;
}
