import { createHash, randomInt } from 'node:crypto';
import type { RobotSubject } from '../../access/subject.ts';
import { checkPatterns, RobotFieldError, type RobotPermission } from './robot-permissions.ts';
import type { RobotFields, RobotIdentity, RobotsStore, StoredRobot } from './robots.store.ts';

export type { RobotPermission } from './robot-permissions.ts';
export type { StoredRobot } from './robots.store.ts';

export class RobotNotFoundError extends Error {
  override readonly name = 'RobotNotFoundError';
  constructor() {
    super('There is no such robot account here.');
  }
}
/** The project of a robot account that is looked for or made. */
export class RobotProjectNotFoundError extends Error {
  override readonly name = 'RobotProjectNotFoundError';
}
export class RobotNameTakenError extends Error {
  override readonly name = 'RobotNameTakenError';
  constructor(loginName: string) {
    super(`There is a robot account ${loginName} already; choose another name.`);
  }
}
export class RobotChangedError extends Error {
  override readonly name = 'RobotChangedError';
  constructor() {
    super('Somebody else changed the robot account in the meantime. Look at it again, then make your change.');
  }
}

export interface RobotDraft {
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly RobotPermission[];
  readonly expiresAt: Date | null;
}

export interface RobotsService {
  /** @throws RobotProjectNotFoundError */
  readonly list: (project: string | null) => Promise<StoredRobot[]>;
  /** @throws RobotNotFoundError */
  readonly get: (project: string | null, robotId: string) => Promise<StoredRobot>;
  /** @throws RobotFieldError, RobotNameTakenError, RobotProjectNotFoundError */
  readonly create: (project: string | null, draft: RobotDraft, createdBy: string) => Promise<RobotWithSecret>;
  /** `version`: the one the change was made from. @throws RobotFieldError, RobotChangedError */
  readonly update: (before: StoredRobot, version: number, fields: RobotFields) => Promise<StoredRobot>;
  readonly remove: (before: StoredRobot) => Promise<void>;
  /** @throws RobotNotFoundError */
  readonly rotate: (before: StoredRobot, overlapHours: number) => Promise<RobotWithSecret>;
  /** Undefined where name or secret are wrong, expired or disabled, all alike. */
  readonly authenticate: (loginName: string, secret: string, address: string) => Promise<RobotSubject | undefined>;
  /** With its rights of now; undefined for one that is gone, disabled or expired. */
  readonly findSubject: (robotId: string) => Promise<RobotSubject | undefined>;
}

export interface RobotWithSecret {
  readonly robot: StoredRobot;
  /** In the clear this one time. */
  readonly secret: string;
}

export interface RobotsDeps {
  readonly store: RobotsStore;
  readonly newId: () => string;
  readonly clock: { now(): Date };
  readonly onFault: (error: unknown) => void;
}

const secretPattern = /^lsr_[0-9A-Za-z]{43}$/;
const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export function createRobotsService(deps: RobotsDeps): RobotsService {
  const { store, newId, clock } = deps;
  const noteUse = lastUseWriter(deps);
  const get = async (project: string | null, robotId: string): Promise<StoredRobot> => {
    const robot = await store.find(project, robotId);
    if (robot === undefined) throw new RobotNotFoundError();
    return robot;
  };
  return {
    async list(project) {
      if (project !== null && !(await store.hasProject(project))) throw new RobotProjectNotFoundError();
      return store.list(project);
    },
    get,
    async create(project, draft, createdBy) {
      checkPatterns(draft.permissions);
      if (draft.expiresAt !== null && draft.expiresAt <= clock.now()) {
        throw new RobotFieldError('expiresAt', 'Choose a time that is still to come.');
      }
      const id = newId();
      const secret = makeSecret();
      const loginName = loginNameOf(project, draft.name);
      const robot = { id, ...draft, project, loginName, createdBy, secretHash: hashOf(secret) };
      const outcome = await store.insert(robot);
      if (outcome === 'name-taken') throw new RobotNameTakenError(loginName);
      if (outcome === 'project-missing') throw new RobotProjectNotFoundError();
      return { robot: await get(project, id), secret };
    },
    async update(before, version, fields) {
      checkPatterns(fields.permissions);
      if (!(await store.update(before.id, version, fields))) throw new RobotChangedError();
      return get(before.project, before.id);
    },
    async remove(before) {
      if (!(await store.remove(before.id))) throw new RobotNotFoundError();
    },
    async rotate(before, overlapHours) {
      const secret = makeSecret();
      if (!(await store.rotate(before.id, hashOf(secret), overlapHours))) throw new RobotNotFoundError();
      return { robot: await get(before.project, before.id), secret };
    },
    async authenticate(loginName, secret, address) {
      if (!secretPattern.test(secret)) return undefined;
      const secretHash = hashOf(secret);
      const found = await store.findBySecret(loginName, secretHash);
      if (found === undefined) return undefined;
      noteUse(found.id, secretHash, address);
      return subjectOf(found);
    },
    async findSubject(robotId) {
      const found = await store.findActive(robotId);
      return found && subjectOf(found);
    },
  };
}

/** Nothing in it that a shell or YAML would mangle, as a `$` would be. */
function loginNameOf(project: string | null, name: string): string {
  return project === null ? `robot.${name}` : `robot.${project}.${name}`;
}

/** 256 bits of chance: it needs no slow hash. */
function makeSecret(): string {
  return `lsr_${Array.from({ length: 43 }, () => base62[randomInt(base62.length)]).join('')}`;
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('hex');
}

function subjectOf({ id, loginName, project, permissions }: RobotIdentity): RobotSubject {
  return { kind: 'robot', id, name: loginName, project, grants: permissions };
}

const useEveryMs = 60_000;
const rememberedMax = 10_000;

/** Written behind the request and at most once a minute for each secret: a robot may come a hundred times a second. */
function lastUseWriter({ store, clock, onFault }: RobotsDeps) {
  const writtenAtMs = new Map<string, number>();
  return (robotId: string, secretHash: string, address: string): void => {
    const at = clock.now();
    if (at.getTime() - (writtenAtMs.get(secretHash) ?? Number.NEGATIVE_INFINITY) < useEveryMs) return;
    writtenAtMs.delete(secretHash);
    writtenAtMs.set(secretHash, at.getTime());
    if (writtenAtMs.size > rememberedMax) writtenAtMs.delete(writtenAtMs.keys().next().value ?? '');
    store.saveUse({ robotId, secretHash, at, address }).catch(onFault);
  };
}
