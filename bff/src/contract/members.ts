import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { searchText } from './lists.ts';
import { PlaceAction, Role } from './permissions.ts';
import { Environment, Id, ProjectName } from './words.ts';

/** `none` takes away in one environment what the default gives. */
export const CellRole = z.union([Role, z.literal('none')]);
export type CellRole = z.infer<typeof CellRole>;

export const MemberKind = z.enum(['user', 'group']);
export type MemberKind = z.infer<typeof MemberKind>;

/** A row of the grid person × environment. */
export const Member = z
  .object({
    kind: MemberKind,
    /** Of the user or group. */
    id: Id,
    name: z.string(),
    displayName: z.string(),
    isDisabled: z.boolean(),
    /** People in a group; null for a user. */
    userCount: z.nullable(z.int()),
    /** The column “all environments”; null where only single environments are set. */
    defaultRole: z.nullable(CellRole),
    /** The cells that override it. */
    environmentRoles: z.record(z.string(), CellRole),
  })
  .register(z.globalRegistry, { id: 'Member' });
export type Member = z.infer<typeof Member>;

/** One cell: `environment` null is the column “all environments”; `role` null empties the cell. */
export const MemberChange = z.strictObject({
  kind: MemberKind,
  id: Id,
  environment: z.nullable(Environment),
  role: z.nullable(CellRole),
});
export type MemberChange = z.infer<typeof MemberChange>;

const changes = z.array(MemberChange).check(z.maxLength(500));
const byProject = z.strictObject({ project: ProjectName });
const memberList = z.object({
  items: z.array(Member),
  /** The columns, in the environments' order. */
  environments: z.array(Environment),
});

/** What one member could do in one environment, before and after a change. */
export const MemberEffect = z
  .object({
    kind: MemberKind,
    id: Id,
    name: z.string(),
    environments: z.array(
      z.object({
        environment: Environment,
        before: z.object({ role: z.nullable(Role), actions: z.array(PlaceAction) }),
        after: z.object({ role: z.nullable(Role), actions: z.array(PlaceAction) }),
        /** The group that gives the role after the change, where it is not the person's own. */
        viaGroup: z.nullable(z.string()),
      }),
    ),
  })
  .register(z.globalRegistry, { id: 'MemberEffect' });
export type MemberEffect = z.infer<typeof MemberEffect>;

export const listMembers = endpoint({
  method: 'GET',
  path: '/projects/:project/members',
  summary: 'Who has which role in which environment',
  permission: 'member.read',
  params: byProject,
  response: memberList,
  errors: ['project-not-found'],
});
export const changeMembers = endpoint({
  method: 'PATCH',
  path: '/projects/:project/members',
  summary: 'Set several cells at once, all or none; a cell needs the right to manage the project in its environment',
  permission: 'project.manage',
  params: byProject,
  body: z.strictObject({ changes }),
  response: memberList,
  errors: ['project-not-found', 'member-not-found', 'last-project-admin'],
});
export const previewMembers = endpoint({
  method: 'POST',
  path: '/projects/:project/members/preview',
  summary: 'What the members named in the changes could do before and after; nothing is written',
  isAudited: false,
  permission: 'project.manage',
  params: byProject,
  body: z.strictObject({ changes }),
  response: z.object({ items: z.array(MemberEffect) }),
  errors: ['project-not-found', 'member-not-found'],
});
export const listMemberCandidates = endpoint({
  method: 'GET',
  path: '/projects/:project/member-candidates',
  summary: 'Users and groups that can be made members, best matches first, at most 20',
  permission: 'project.manage',
  params: byProject,
  query: z.strictObject({ q: z.optional(searchText) }),
  response: z.object({
    items: z.array(z.object({ kind: MemberKind, id: Id, name: z.string(), displayName: z.string() })),
  }),
  errors: ['project-not-found'],
});

export const memberEndpoints = { listMembers, changeMembers, previewMembers, listMemberCandidates };
