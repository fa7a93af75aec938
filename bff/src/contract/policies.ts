import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { listQuery, page } from './lists.ts';
import { Cron, PolicyContent, TimeZone } from './policy-content.ts';
import { Activity, Execution, executionStates, PlannedWork, policyTriggers } from './replication.ts';
import { Digest, Id, Instant, ProjectName, Reason, RegistryId, RepositoryName, TagName } from './words.ts';

export { Bandwidth, NameMapping, PolicyContent, PolicyFilters } from './policy-content.ts';

export const PolicyDestination = z
  .object({
    registryId: RegistryId,
    /** Null: it is copied to. */
    pausedAt: z.nullable(Instant),
    pausedBy: z.nullable(z.string()),
    openTaskCount: z.int(),
    /** What these do; null where none is open. */
    activity: z.nullable(Activity),
    /** Of the last task there that waits or failed, while no later one has succeeded. */
    reason: z.nullable(Reason),
  })
  .register(z.globalRegistry, { id: 'PolicyDestination' });

export const policyStates = ['disabled', 'paused', 'running', 'waiting', 'failing', 'idle'] as const;

export const Policy = z
  .object({
    id: Id,
    name: z.string(),
    /** Null: system-wide; only system administrators see and change it. */
    project: z.nullable(ProjectName),
    content: PolicyContent,
    /** Also the `ETag` of the answer. Give it back in `version` (or in `If-Match`) when changing. */
    version: z.int(),
    /** `paused`: as a whole, or at each of its destinations; `running`: tasks are open; `waiting`: all of these only wait; `failing`: its last execution failed. */
    state: z.enum(policyStates),
    /** What its open tasks do, also those of a paused policy; null where none is open. */
    activity: z.nullable(Activity),
    isEnabled: z.boolean(),
    pausedAt: z.nullable(Instant),
    pausedBy: z.nullable(z.string()),
    destinations: z.array(PolicyDestination),
    /** The newest whose tasks are open. */
    runningExecutionId: z.nullable(Id),
    /** The newest whose deletions wait for a person's word. */
    heldExecutionId: z.nullable(Id),
    lastExecution: z.nullable(
      z.object({
        id: Id,
        state: z.enum(executionStates),
        trigger: z.enum(policyTriggers),
        createdAt: Instant,
        finishedAt: z.nullable(Instant),
      }),
    ),
    /** When everything was last examined for it as it is now; a run at its time that has nothing to do is this, and no execution. */
    lastLook: z.nullable(z.object({ at: Instant, found: PlannedWork })),
    /** Why it does not do what it should: of planning, or of the last task that waits or failed. */
    lastReason: z.nullable(Reason),
    /** Null without a schedule, or while it is disabled. In the past while a run is waited for. */
    nextRunAt: z.nullable(Instant),
    createdBy: z.nullable(z.string()),
    createdAt: Instant,
    /** Of the last version. */
    changedBy: z.nullable(z.string()),
    changedAt: Instant,
  })
  .register(z.globalRegistry, { id: 'Policy' });
export type Policy = z.infer<typeof Policy>;

export const PolicyVersion = z
  .object({
    version: z.int(),
    name: z.string(),
    content: PolicyContent,
    changedBy: z.nullable(z.string()),
    changedAt: Instant,
  })
  .register(z.globalRegistry, { id: 'PolicyVersion' });
export type PolicyVersion = z.infer<typeof PolicyVersion>;

/**
 * `differs`: another digest is there and stays, as the policy says; `loses`: the destination is a master too and has the
 * newer push; `delete`: the source deleted the tag and the destination still has what was deleted.
 */
export const planOutcomes = ['copy', 'replace', 'up-to-date', 'differs', 'loses', 'delete', 'impossible'] as const;
export const PlanOutcome = z.enum(planOutcomes);
export type PlanOutcome = z.infer<typeof PlanOutcome>;

export const PlanRow = z
  .object({
    outcome: PlanOutcome,
    source: z.object({ repository: RepositoryName, tag: TagName }),
    destination: z.object({ registryId: RegistryId, repository: z.string(), tag: TagName }),
    /** At the source; of a deletion what is deleted. */
    digest: Digest,
    /** At the destination now. */
    existingDigest: z.nullable(Digest),
    totalSizeBytes: z.nullable(z.number()),
    reason: z.nullable(Reason),
  })
  .register(z.globalRegistry, { id: 'PlanRow' });
export type PlanRow = z.infer<typeof PlanRow>;

/** From the catalog alone; nothing is written, and no registry is asked. */
export const PolicyPreview = z
  .object({
    /** Tags that the filters select, and repositories they are in. */
    tagCount: z.int(),
    repositoryCount: z.int(),
    planned: PlannedWork,
    destinations: z.array(z.object({ registryId: RegistryId, planned: PlannedWork })),
    /** Destinations that other enabled policies bring selected tags back from, and how many: of each the later push counts. */
    masters: z.array(z.object({ registryId: RegistryId, tagCount: z.int() })),
    /** Names before and after, the first few; and names that two repositories would share: such a policy cannot be saved. */
    mapping: z.object({
      examples: z.array(z.object({ from: RepositoryName, to: z.string(), isValid: z.boolean() })),
      collisions: z.array(z.object({ to: z.string(), from: z.array(RepositoryName) })),
    }),
    rows: z.array(PlanRow),
    nextCursor: z.nullable(z.string()),
    /** Rows that `outcome`, `registryId` and `q` leave. */
    rowCount: z.int(),
    /** The end of the last complete scan of the source: how old what is shown may be. */
    asOf: z.nullable(Instant),
  })
  .register(z.globalRegistry, { id: 'PolicyPreview' });
export type PolicyPreview = z.infer<typeof PolicyPreview>;

const ScheduleWords = z.object({ en: z.string(), zh: z.string() });

export const ScheduleCheck = z
  .object({
    isValid: z.boolean(),
    /** What is wrong with it, one for each field: all of its mistakes, and what to write. */
    problems: z.array(z.object({ field: z.enum(['cron', 'timeZone']), words: ScheduleWords })),
    sentence: z.nullable(ScheduleWords),
    /** The next five. */
    nextTimes: z.array(Instant),
  })
  .register(z.globalRegistry, { id: 'ScheduleCheck' });
export type ScheduleCheck = z.infer<typeof ScheduleCheck>;

const name = z.string().check(z.trim(), z.minLength(1), z.maxLength(100));
const byPolicy = z.strictObject({ policyId: Id });
const byDestination = z.strictObject({ policyId: Id, registryId: RegistryId });

export const PolicyDraft = z.strictObject({
  name,
  /** Null: system-wide. Else only repositories of this project are read and written. It stays as it is made. */
  project: z.nullable(ProjectName),
  isEnabled: z.boolean(),
  content: PolicyContent,
});
export type PolicyDraft = z.infer<typeof PolicyDraft>;

export const listPolicies = endpoint({
  method: 'GET',
  path: '/policies',
  summary: 'Policies the caller may see, each with how it stands',
  permission: 'member.read',
  query: z.strictObject({
    ...listQuery(['name', '-name', '-changed', 'changed']),
    project: z.optional(ProjectName),
    /** As source or destination. */
    registryId: z.optional(RegistryId),
    /** `paused`: those that are enabled and somebody has paused, as a whole or into a destination. */
    state: z.optional(z.enum(['paused'])),
  }),
  response: page(Policy),
  errors: ['cursor-invalid'],
});
export const createPolicy = endpoint({
  method: 'POST',
  path: '/policies',
  summary: 'Make a policy; an enabled one with `onPush` begins at once',
  permission: 'project.manage',
  body: PolicyDraft,
  response: Policy,
  status: 201,
  errors: ['registry-not-found', 'project-not-found', 'name-taken', 'policy-invalid'],
});
export const getPolicy = endpoint({
  method: 'GET',
  path: '/policies/:policyId',
  summary: 'One policy',
  permission: 'member.read',
  params: byPolicy,
  response: Policy,
  isVersioned: true,
  errors: ['policy-not-found'],
});
export const updatePolicy = endpoint({
  method: 'PUT',
  path: '/policies/:policyId',
  summary: 'Save a new version; executions that run end with the version they began with',
  permission: 'project.manage',
  params: byPolicy,
  body: z.strictObject({ version: z.int(), name, content: PolicyContent }),
  response: Policy,
  isVersioned: true,
  errors: ['policy-not-found', 'registry-not-found', 'name-taken', 'policy-invalid', 'version-conflict'],
});
export const deletePolicy = endpoint({
  method: 'DELETE',
  path: '/policies/:policyId',
  summary: 'Remove a policy; what runs of it is stopped, what it copied stays',
  permission: 'project.manage',
  params: byPolicy,
  response: null,
  errors: ['policy-not-found'],
});

const change = (verb: string, summary: string) =>
  endpoint({
    method: 'POST',
    path: `/policies/:policyId/${verb}`,
    summary,
    permission: 'project.manage',
    params: byPolicy,
    response: Policy,
    errors: ['policy-not-found'],
  });
export const enablePolicy = change('enable', 'Examine everything anew, and follow the source from now on');
export const disablePolicy = change('disable', 'Stop what runs and forget what comes meanwhile');
export const pausePolicy = change('pause', 'Begin nothing new; what comes meanwhile is copied after `resume`');
export const resumePolicy = change('resume', 'Go on, with what came meanwhile first');

const changeDestination = (verb: string, summary: string) =>
  endpoint({
    method: 'POST',
    path: `/policies/:policyId/destinations/:registryId/${verb}`,
    summary,
    permission: 'project.manage',
    params: byDestination,
    response: Policy,
    errors: ['policy-not-found', 'registry-not-found'],
  });
export const pausePolicyDestination = changeDestination('pause', 'Begin nothing new into one destination');
export const resumePolicyDestination = changeDestination('resume', 'Go on with one destination, examined anew');

export const listPolicyVersions = endpoint({
  method: 'GET',
  path: '/policies/:policyId/versions',
  summary: 'Every version there was, newest first',
  permission: 'member.read',
  params: byPolicy,
  query: z.strictObject({ limit: listQuery(['-version']).limit, cursor: listQuery(['-version']).cursor }),
  response: page(PolicyVersion),
  errors: ['policy-not-found', 'cursor-invalid'],
});
export const runPolicy = endpoint({
  method: 'POST',
  path: '/policies/:policyId/run',
  summary: 'Plan everything now and copy what is missing; with nothing to do the execution has succeeded at once',
  permission: 'project.manage',
  params: byPolicy,
  response: Execution,
  status: 201,
  errors: ['policy-not-found', 'policy-not-runnable'],
});

const rowsQuery = {
  /** All of them unless given. */
  outcome: z.optional(PlanOutcome),
  /** One destination. */
  registryId: z.optional(RegistryId),
  q: listQuery(['name']).q,
  limit: listQuery(['name']).limit,
  cursor: listQuery(['name']).cursor,
};
export const previewPolicy = endpoint({
  method: 'GET',
  path: '/policies/:policyId/preview',
  summary: 'What a run would do now: the drift that the policy sees',
  permission: 'member.read',
  params: byPolicy,
  query: z.strictObject(rowsQuery),
  response: PolicyPreview,
  errors: ['policy-not-found', 'policy-invalid', 'cursor-invalid'],
});
export const previewPolicyDraft = endpoint({
  method: 'POST',
  path: '/policy-previews',
  summary: 'What a run of an unsaved policy would do; nothing is written',
  isAudited: false,
  permission: 'project.manage',
  body: z.strictObject({
    project: z.nullable(ProjectName),
    content: PolicyContent,
    rows: z.optional(z.strictObject(rowsQuery)),
  }),
  response: PolicyPreview,
  errors: ['registry-not-found', 'project-not-found', 'policy-invalid', 'cursor-invalid'],
});
export const confirmExecution = endpoint({
  method: 'POST',
  path: '/executions/:executionId/confirm',
  summary: 'Let the deletions of an execution happen that were held back because they are many',
  permission: 'artifact.delete',
  params: z.strictObject({ executionId: Id }),
  response: Execution,
  errors: ['execution-not-found', 'execution-not-held'],
});
export const declineExecution = endpoint({
  method: 'POST',
  path: '/executions/:executionId/decline',
  summary: 'Leave where they are the tags whose deletion was held back; copies of the execution go on',
  permission: 'artifact.delete',
  params: z.strictObject({ executionId: Id }),
  response: Execution,
  errors: ['execution-not-found', 'execution-not-held'],
});
export const checkSchedule = endpoint({
  method: 'POST',
  path: '/schedule-checks',
  summary: 'A cron line in words, and when it is due next',
  isAudited: false,
  permission: 'signed-in',
  body: z.strictObject({ cron: Cron, timeZone: TimeZone }),
  response: ScheduleCheck,
  errors: [],
});

export const policyEndpoints = {
  listPolicies,
  createPolicy,
  getPolicy,
  updatePolicy,
  deletePolicy,
  enablePolicy,
  disablePolicy,
  pausePolicy,
  resumePolicy,
  pausePolicyDestination,
  resumePolicyDestination,
  listPolicyVersions,
  runPolicy,
  previewPolicy,
  previewPolicyDraft,
  confirmExecution,
  declineExecution,
  checkSchedule,
};
