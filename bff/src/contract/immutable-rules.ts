import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { RepositoryPattern, TagPattern } from './patterns.ts';
import { Environment, Id, Instant, ProjectName, RegistryId, RepositoryName, TagName } from './words.ts';

/** A tag that fits can be made, and then neither moved nor deleted. */
export const ImmutableRule = z
  .object({
    id: Id,
    /** Null: every environment. */
    environment: z.nullable(Environment),
    /** Below the project: `api`, `**`. */
    repositoryPattern: z.string(),
    tagPattern: z.string(),
    createdBy: z.nullable(z.string()),
    createdAt: Instant,
  })
  .register(z.globalRegistry, { id: 'ImmutableRule' });
export type ImmutableRule = z.infer<typeof ImmutableRule>;

const RuleDraft = z.strictObject({
  environment: z.nullable(Environment),
  repositoryPattern: RepositoryPattern,
  tagPattern: TagPattern,
});
const byProject = z.strictObject({ project: ProjectName });
const byId = z.strictObject({ project: ProjectName, ruleId: Id });

export const listImmutableRules = endpoint({
  method: 'GET',
  path: '/projects/:project/immutable-rules',
  summary: 'Which tags of a project cannot be moved or deleted once they are there',
  permission: 'member.read',
  params: byProject,
  response: z.object({ items: z.array(ImmutableRule) }),
  errors: ['project-not-found'],
});
export const createImmutableRule = endpoint({
  method: 'POST',
  path: '/projects/:project/immutable-rules',
  summary: 'Add a rule; it holds at once',
  permission: 'project.manage',
  params: byProject,
  body: RuleDraft,
  response: ImmutableRule,
  status: 201,
  errors: ['project-not-found'],
});
export const deleteImmutableRule = endpoint({
  method: 'DELETE',
  path: '/projects/:project/immutable-rules/:ruleId',
  summary: 'Remove a rule',
  permission: 'project.manage',
  params: byId,
  response: null,
  errors: ['project-not-found', 'immutable-rule-not-found'],
});
export const previewImmutableRule = endpoint({
  method: 'POST',
  path: '/projects/:project/immutable-rules/preview',
  summary: 'Which tags of today a rule would hold; nothing is written',
  isAudited: false,
  permission: 'project.manage',
  params: byProject,
  body: RuleDraft,
  response: z.object({
    tagCount: z.int(),
    /** The newest few. */
    sample: z.array(z.object({ registryId: RegistryId, repository: RepositoryName, tag: TagName })),
  }),
  errors: ['project-not-found'],
});

export const immutableRuleEndpoints = {
  listImmutableRules,
  createImmutableRule,
  deleteImmutableRule,
  previewImmutableRule,
};
