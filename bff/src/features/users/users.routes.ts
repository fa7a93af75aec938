import { Router } from 'express';
import type { AnswerInput } from '../../contract/endpoint.ts';
import * as contract from '../../contract/users.ts';
import { ApiError } from '../../http/api-error.ts';
import { changesBetween } from '../../http/audit-notes.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { mountEndpoint } from '../../http/mount-endpoint.ts';
import {
  LastSystemAdminError,
  UserChangedError,
  UsernameTakenError,
  UserNotFoundError,
  type UsersService,
} from './users.service.ts';
import { userOrders, type UserRow, type UsersView } from './users.view.ts';

const usersLimit = 100;

export function usersRoutes(users: UsersService, view: UsersView): Router {
  const router = Router();
  const get = async (userId: string): Promise<UserRow> => {
    const user = await view.findUser(userId);
    if (user === undefined) throw new ApiError('user-not-found', 'There is no such user.');
    return user;
  };

  mountEndpoint(router, contract.listUsers, async ({ query }) => {
    const { q, state, sort = 'username', limit = usersLimit } = query;
    const after = readCursor(query.cursor, sort, userOrders[sort]);
    const { items, next, total } = await view.listUsers({ q, state, sort, limit, after });
    return { items: items.map(answerOf), nextCursor: next && writeCursor(sort, next), total };
  });

  mountEndpoint(router, contract.getUser, async ({ params: { userId } }) => {
    const user = await get(userId);
    const [memberships, accessTokenCount] = await Promise.all([
      view.listMemberships(userId),
      view.countAccessTokens(userId),
    ]);
    return {
      ...answerOf(user),
      memberships: memberships.map(({ environment, ...membership }) => ({
        ...membership,
        environment: environment === '' ? null : environment,
      })),
      accessTokenCount,
    };
  });

  mountEndpoint(router, contract.createUser, async ({ body }, { audit }) => {
    const { username, displayName, email = null, isSystemAdmin = false } = body;
    const draft = { username, displayName, email, isSystemAdmin };
    audit.note({ target: `user ${username}` });
    const { id, password } = await mapped(() => users.create(draft));
    audit.note({ after: draft });
    return { ...answerOf(await get(id)), password };
  });

  mountEndpoint(router, contract.updateUser, async ({ params: { userId }, body }, { audit }) => {
    const { version, ...change } = body;
    audit.note({ target: `user ${await mapped(() => users.getUsername(userId))}` });
    const { before, after } = await mapped(() => users.update(userId, version, change));
    audit.note(changesBetween({ ...before }, { ...after }));
    return answerOf(await get(userId));
  });

  mountEndpoint(router, contract.resetPassword, async ({ params: { userId } }, { audit }) => {
    audit.note({ target: `user ${await mapped(() => users.getUsername(userId))}` });
    return { password: await mapped(() => users.resetPassword(userId)) };
  });
  return router;
}

function answerOf(user: UserRow): AnswerInput<typeof contract.updateUser> {
  const { id, username, displayName, email, isSystemAdmin, isDisabled, groups, projectCount, version } = user;
  return {
    id,
    username,
    displayName,
    email,
    isSystemAdmin,
    isDisabled,
    groups: groups.map((group) => ({ ...group })),
    projectCount,
    lastSignInAt: user.lastSignInAt?.toISOString() ?? null,
    createdAt: user.createdAt.toISOString(),
    version,
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
  if (error instanceof UserNotFoundError) return new ApiError('user-not-found', error.message);
  if (error instanceof UsernameTakenError) return new ApiError('name-taken', error.message);
  if (error instanceof UserChangedError) return new ApiError('version-conflict', error.message);
  if (error instanceof LastSystemAdminError) return new ApiError('last-system-admin', error.message);
  return undefined;
}
