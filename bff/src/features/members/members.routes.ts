import { Router } from 'express';
import type { UserSubject } from '../../access/subject.ts';
import * as contract from '../../contract/members.ts';
import { ApiError } from '../../http/api-error.ts';
import { mountEndpoint, projectNotFound } from '../../http/mount-endpoint.ts';
import { throwRefused } from '../../http/request-access.ts';
import type { RequestContext } from '../../http/request-context.ts';
import type { GridRow } from './members.ts';
import {
  CellRefusedError,
  LastProjectAdminError,
  type MemberList,
  MemberNotFoundError,
  type MembersService,
  type PlannedChange,
  ProjectMissingError,
  UnknownEnvironmentError,
} from './members.service.ts';

export function membersRoutes({ members }: { readonly members: MembersService }): Router {
  const router = Router();
  mountEndpoint(router, contract.listMembers, async ({ params: { project } }, { access }) =>
    listAnswer(await mapped(project, () => members.list(project, access.subject))),
  );
  mountEndpoint(router, contract.changeMembers, async ({ params: { project }, body }, context) => {
    const caller = userOf(context, project);
    const note = (planned: PlannedChange) => context.audit.note(noteOf(planned));
    return listAnswer(await mapped(project, () => members.change(project, changesOf(body.changes), caller, note)));
  });
  mountEndpoint(router, contract.previewMembers, async ({ params: { project }, body }, context) => {
    const caller = userOf(context, project);
    const effects = await mapped(project, () => members.preview(project, changesOf(body.changes), caller));
    return {
      items: effects.map(({ environments, ...member }) => ({
        ...member,
        environments: environments.map(({ environment, before, after, viaGroup }) => ({
          environment,
          before: { role: before.role, actions: [...before.actions] },
          after: { role: after.role, actions: [...after.actions] },
          viaGroup,
        })),
      })),
    };
  });
  mountEndpoint(router, contract.listMemberCandidates, async ({ params: { project }, query }) => ({
    items: await mapped(project, () => members.listCandidates(project, query.q ?? '')),
  }));
  return router;
}

/** Members are people's business: a robot account or nobody at all never comes this far. */
function userOf({ access }: RequestContext, project: string): UserSubject {
  if (access.subject.kind !== 'user') throw projectNotFound(project);
  return access.subject;
}

/** Ids as the database spells them. */
function changesOf(changes: readonly contract.MemberChange[]): contract.MemberChange[] {
  return changes.map((change) => ({ ...change, id: change.id.toLowerCase() }));
}

function noteOf({ before, after }: PlannedChange) {
  const environments = new Set(after.map(({ environment }) => environment));
  const [environment = null] = environments;
  return {
    target: [...new Set(after.map(({ name }) => name))].join(', ').slice(0, 500),
    environment: environments.size === 1 ? environment : null,
    before: { cells: before },
    after: { cells: after },
  };
}

function listAnswer({ rows, environments }: MemberList) {
  return { items: rows.map(memberAnswer), environments: [...environments] };
}

function memberAnswer({ kind, id, name, displayName, isDisabled, userCount, ...row }: GridRow): contract.Member {
  const { defaultRole, environmentRoles } = row;
  return {
    kind,
    id,
    name,
    displayName,
    isDisabled,
    userCount,
    defaultRole,
    environmentRoles: Object.fromEntries(environmentRoles),
  };
}

async function mapped<T>(project: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CellRefusedError) throwRefused(error.decision, () => projectNotFound(project));
    if (error instanceof ProjectMissingError) throw projectNotFound(project);
    if (error instanceof MemberNotFoundError) throw new ApiError('member-not-found', error.message);
    if (error instanceof LastProjectAdminError) throw new ApiError('last-project-admin', error.message);
    if (error instanceof UnknownEnvironmentError) {
      const fields = [{ path: `changes.${error.index}.environment`, message: error.message }];
      throw new ApiError('request-invalid', error.message, { fields });
    }
    throw error;
  }
}
