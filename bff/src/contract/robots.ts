import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { RepositoryPattern } from './patterns.ts';
import { Environment, Id, Instant, ProjectName } from './words.ts';

export const robotActions = ['catalog.read', 'artifact.pull', 'artifact.push', 'artifact.delete'] as const;

export const RobotPermission = z
  .strictObject({
    actions: z.array(z.enum(robotActions)).check(z.minLength(1), z.maxLength(robotActions.length)),
    /** Null: every environment, also those to come. */
    environments: z.nullable(z.array(Environment).check(z.minLength(1), z.maxLength(50))),
    /** Below its project for a project's robot (`api`, `team/**`), whole names for a system robot (`payments/**`). */
    repositories: z.array(RepositoryPattern).check(z.minLength(1), z.maxLength(50)),
  })
  .register(z.globalRegistry, { id: 'RobotPermission' });
export type RobotPermission = z.infer<typeof RobotPermission>;

export const Robot = z
  .object({
    id: Id,
    /** As chosen: `ci`. */
    name: z.string(),
    /** What `docker login` takes: `robot.payments.ci`; `robot.ci` for a system robot. */
    loginName: z.string(),
    /** Null: a system robot. */
    project: z.nullable(ProjectName),
    description: z.string(),
    permissions: z.array(RobotPermission),
    expiresAt: z.nullable(Instant),
    isDisabled: z.boolean(),
    /** Each secret that is accepted now: one, or two while a rotation overlaps. */
    secrets: z.array(z.object({ createdAt: Instant, expiresAt: z.nullable(Instant), lastUsedAt: z.nullable(Instant) })),
    lastUsedAt: z.nullable(Instant),
    lastUsedFrom: z.nullable(z.string()),
    createdBy: z.nullable(z.string()),
    createdAt: Instant,
    version: z.int(),
  })
  .register(z.globalRegistry, { id: 'Robot' });
export type Robot = z.infer<typeof Robot>;

/** `secret` is in no other answer. */
export const RobotWithSecret = z.extend(Robot, { secret: z.string() });

const fields = {
  description: z.optional(z.string().check(z.trim(), z.maxLength(500))),
  permissions: z.array(RobotPermission).check(z.minLength(1), z.maxLength(20)),
  /** Null: never. */
  expiresAt: z.nullable(z.iso.datetime({ offset: true })),
};
const name = z
  .string()
  .check(z.regex(/^[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?$/, 'must be lower-case letters, digits and hyphens'));
const RobotDraft = z.strictObject({ name, ...fields });
const RobotChange = z.strictObject({ version: z.int(), ...fields, isDisabled: z.optional(z.boolean()) });
/** How long the old secret is still accepted. */
const Rotation = z.strictObject({ overlapHours: z.int().check(z.minimum(0), z.maximum(720)) });

const inProject = z.strictObject({ project: ProjectName });
const ofProject = z.strictObject({ project: ProjectName, robotId: Id });
const byId = z.strictObject({ robotId: Id });
const list = z.object({ items: z.array(Robot) });

export const listProjectRobots = endpoint({
  method: 'GET',
  path: '/projects/:project/robots',
  summary: 'Robot accounts of a project',
  permission: 'member.read',
  params: inProject,
  response: list,
  errors: ['project-not-found'],
});
export const createProjectRobot = endpoint({
  method: 'POST',
  path: '/projects/:project/robots',
  summary: 'Make a robot account; its secret is in this answer only',
  permission: 'project.manage',
  params: inProject,
  body: RobotDraft,
  response: RobotWithSecret,
  status: 201,
  errors: ['project-not-found', 'name-taken'],
});
export const updateProjectRobot = endpoint({
  method: 'PUT',
  path: '/projects/:project/robots/:robotId',
  summary: 'Change a robot account',
  permission: 'project.manage',
  params: ofProject,
  body: RobotChange,
  response: Robot,
  errors: ['project-not-found', 'robot-not-found', 'version-conflict'],
});
export const deleteProjectRobot = endpoint({
  method: 'DELETE',
  path: '/projects/:project/robots/:robotId',
  summary: 'Remove a robot account; its secrets are worth nothing at once',
  permission: 'project.manage',
  params: ofProject,
  response: null,
  errors: ['project-not-found', 'robot-not-found'],
});
export const rotateProjectRobot = endpoint({
  method: 'POST',
  path: '/projects/:project/robots/:robotId/rotate',
  summary: 'Make a new secret, in this answer only; the old one is accepted for the overlap',
  permission: 'project.manage',
  params: ofProject,
  body: Rotation,
  response: RobotWithSecret,
  errors: ['project-not-found', 'robot-not-found'],
});

export const listRobots = endpoint({
  method: 'GET',
  path: '/robots',
  summary: 'System robot accounts: those that belong to no project',
  permission: 'user.manage',
  response: list,
  errors: [],
});
export const createRobot = endpoint({
  method: 'POST',
  path: '/robots',
  summary: 'Make a system robot account; its secret is in this answer only',
  permission: 'user.manage',
  body: RobotDraft,
  response: RobotWithSecret,
  status: 201,
  errors: ['name-taken'],
});
export const updateRobot = endpoint({
  method: 'PUT',
  path: '/robots/:robotId',
  summary: 'Change a system robot account',
  permission: 'user.manage',
  params: byId,
  body: RobotChange,
  response: Robot,
  errors: ['robot-not-found', 'version-conflict'],
});
export const deleteRobot = endpoint({
  method: 'DELETE',
  path: '/robots/:robotId',
  summary: 'Remove a system robot account; its secrets are worth nothing at once',
  permission: 'user.manage',
  params: byId,
  response: null,
  errors: ['robot-not-found'],
});
export const rotateRobot = endpoint({
  method: 'POST',
  path: '/robots/:robotId/rotate',
  summary: 'Make a new secret, in this answer only; the old one is accepted for the overlap',
  permission: 'user.manage',
  params: byId,
  body: Rotation,
  response: RobotWithSecret,
  errors: ['robot-not-found'],
});

export const robotEndpoints = {
  listProjectRobots,
  createProjectRobot,
  updateProjectRobot,
  deleteProjectRobot,
  rotateProjectRobot,
  listRobots,
  createRobot,
  updateRobot,
  deleteRobot,
  rotateRobot,
};
