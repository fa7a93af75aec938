import { Router } from 'express';
import type { AnswerInput } from '../../contract/endpoint.ts';
import * as contract from '../../contract/groups.ts';
import { ApiError } from '../../http/api-error.ts';
import { changesBetween } from '../../http/audit-notes.ts';
import { mountEndpoint } from '../../http/mount-endpoint.ts';
import type { GroupFailure, GroupsStore, StoredGroup } from './groups.store.ts';

export interface GroupsRoutesDeps {
  readonly store: GroupsStore;
  /** Roles come through groups: who is in one, and that there is one, decides what somebody may do. */
  readonly announceAccess: () => void;
  readonly announceProject: (project: string) => void;
  readonly newId: () => string;
}

export function groupsRoutes({ store, announceAccess, announceProject, newId }: GroupsRoutesDeps): Router {
  const router = Router();
  const get = async (groupId: string): Promise<StoredGroup> => {
    const group = await store.find(groupId);
    if (group === undefined) throw groupNotFound();
    return group;
  };
  const announce = (projects: readonly string[]) => {
    announceAccess();
    for (const project of projects) announceProject(project);
  };

  mountEndpoint(router, contract.listGroups, async () => ({ items: (await store.list()).map(answerOf) }));

  mountEndpoint(router, contract.createGroup, async ({ body }, { audit }) => {
    const { name, description, userIds = [] } = body;
    audit.note({ target: `group ${name}` });
    const id = newId();
    throwFailure(await store.create(id, { name, description, userIds }), name);
    const group = await get(id);
    audit.note({ after: { name, description: group.description, users: usernamesOf(group) } });
    return answerOf(group);
  });

  mountEndpoint(router, contract.updateGroup, async ({ params: { groupId }, body }, { audit }) => {
    const { version, name, description, userIds } = body;
    const before = await get(groupId);
    audit.note({ target: `group ${before.name}` });
    throwFailure(await store.update(groupId, version, { name, description, userIds }), name);
    const after = await get(groupId);
    audit.note(noteOf(before, after));
    announce(await store.listProjectsNaming(groupId));
    return answerOf(after);
  });

  mountEndpoint(router, contract.deleteGroup, async ({ params: { groupId } }, { audit }) => {
    const { name, description, users } = await get(groupId);
    const projects = await store.listProjectsNaming(groupId);
    audit.note({ target: `group ${name}` });
    if (!(await store.remove(groupId))) throw groupNotFound();
    audit.note({ before: { name, description, users: users.map(({ username }) => username), projects } });
    announce(projects);
  });
  return router;
}

function groupNotFound(): ApiError {
  return new ApiError('group-not-found', 'There is no such group.');
}

function throwFailure(failure: GroupFailure | undefined, name: string): void {
  switch (failure) {
    case undefined:
      return;
    case 'missing':
      throw groupNotFound();
    case 'changed-meanwhile': {
      const detail = `The group was changed by someone else in the meantime. Look at the new values, then save again.`;
      throw new ApiError('version-conflict', detail);
    }
    case 'name-taken':
      throw new ApiError('name-taken', `There is already a group “${name}”. Upper and lower case are the same name.`);
    case 'user-missing':
      throw new ApiError('user-not-found', 'One of the people is no user of this console. Nothing was changed.');
    default:
      failure satisfies never;
  }
}

/** Of the people only who came and who went: all of a large group would say nothing. */
function noteOf(before: StoredGroup, after: StoredGroup) {
  const [were, are] = [usernamesOf(before), usernamesOf(after)];
  const words = ({ name, description }: StoredGroup, users: string[]) => ({ name, description, users });
  return changesBetween(
    words(
      before,
      were.filter((username) => !are.includes(username)),
    ),
    words(
      after,
      are.filter((username) => !were.includes(username)),
    ),
  );
}

function usernamesOf({ users }: StoredGroup): string[] {
  return users.map(({ username }) => username);
}

function answerOf({ users, createdAt, ...group }: StoredGroup): AnswerInput<typeof contract.createGroup> {
  return { ...group, users: users.map((user) => ({ ...user })), createdAt: createdAt.toISOString() };
}
