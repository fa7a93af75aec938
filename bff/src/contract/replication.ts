import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { listQuery, page } from './lists.ts';
import {
  Digest,
  Id,
  Instant,
  Platform,
  ProjectName,
  Reason,
  Reference,
  RegistryId,
  RepositoryName,
  TagName,
} from './words.ts';

/**
 * queued → running → succeeded | failed | stopped; running → waiting (backoff before the next attempt) → running.
 */
export const taskStates = ['queued', 'running', 'waiting', 'succeeded', 'failed', 'stopped'] as const;
export const TaskState = z.enum(taskStates);
export type TaskState = z.infer<typeof TaskState>;

export const TaskProgress = z
  .object({
    id: Id,
    executionId: Id,
    state: TaskState,
    attempt: z.int(),
    /** Attempts that count: none before a person had it run again, and none that failed because a registry was down. */
    tries: z.int(),
    /** It has failed when so many have. */
    triesAllowed: z.int(),
    /** Null until planned. */
    bytesTotal: z.nullable(z.number()),
    /** Moved by this task, plus what needed no moving. */
    bytesDone: z.number(),
    /** Of `bytesDone`, what the destination had already or mounted. */
    bytesSkipped: z.number(),
    rateBytesPerSecond: z.nullable(z.number()),
    etaSeconds: z.nullable(z.number()),
    blobsTotal: z.nullable(z.int()),
    blobsDone: z.int(),
    nextAttemptAt: z.nullable(Instant),
    reason: z.nullable(Reason),
    startedAt: z.nullable(Instant),
    finishedAt: z.nullable(Instant),
    /** When these figures were true. */
    at: Instant,
  })
  .register(z.globalRegistry, { id: 'TaskProgress' });
export type TaskProgress = z.infer<typeof TaskProgress>;

export const Task = z
  .extend(TaskProgress, {
    /** `delete`: the tag goes at the destination, if it still has `digest`. */
    kind: z.enum(['copy', 'delete']),
    source: z.object({ registryId: RegistryId, repository: RepositoryName, reference: z.string() }),
    destination: z.object({ registryId: RegistryId, repository: RepositoryName, tag: z.nullable(TagName) }),
    /** Pinned when the task was planned. */
    digest: z.nullable(Digest),
    /** What the destination had under the tag when a policy planned this in its place. */
    replacesDigest: z.nullable(Digest),
    /** It moves nothing but the tag, to what is there already. */
    movesTagOnly: z.boolean(),
    requestedBy: z.nullable(z.string()),
    createdAt: Instant,
  })
  .register(z.globalRegistry, { id: 'Task' });
export type Task = z.infer<typeof Task>;

/** Code of the reason of copies that took the place of what somebody had pushed to the other master: nothing was left as it was. */
export const replacedCode = 'replaced-earlier';

export const TaskBlob = z
  .object({
    digest: Digest,
    /** The platform it belongs to; null for what several share or none has. */
    platform: z.nullable(Platform),
    kind: z.enum(['layer', 'config', 'manifest']),
    sizeBytes: z.number(),
    bytesDone: z.number(),
    /** `stopped`: it was on its way when somebody stopped the task. */
    state: z.enum(['queued', 'running', 'copied', 'mounted', 'existed', 'failed', 'stopped']),
  })
  .register(z.globalRegistry, { id: 'TaskBlob' });
export type TaskBlob = z.infer<typeof TaskBlob>;

export const Attempt = z.object({
  number: z.int(),
  startedAt: Instant,
  finishedAt: z.nullable(Instant),
  outcome: z.enum(['running', 'succeeded', 'failed', 'stopped', 'lost']),
  reason: z.nullable(Reason),
});
export const LogLine = z
  .object({
    id: z.int(),
    at: Instant,
    attempt: z.int(),
    level: z.enum(['debug', 'info', 'warning', 'error']),
    code: z.string(),
    sentence: z.string(),
    params: z.record(z.string(), z.string()),
  })
  .register(z.globalRegistry, { id: 'LogLine' });
export type LogLine = z.infer<typeof LogLine>;

export const TaskDetail = z
  .extend(Task, { blobs: z.array(TaskBlob), attempts: z.array(Attempt), log: z.array(LogLine) })
  .register(z.globalRegistry, { id: 'TaskDetail' });
export type TaskDetail = z.infer<typeof TaskDetail>;

export const taskCounts = z.object({
  queued: z.int(),
  running: z.int(),
  waiting: z.int(),
  succeeded: z.int(),
  failed: z.int(),
  stopped: z.int(),
});

/** What plans made of the tags that a policy selects; `copy` and `replace` make tasks, and deletions do. */
export const PlannedWork = z
  .object({
    copy: z.int(),
    replace: z.int(),
    upToDate: z.int(),
    differs: z.int(),
    loses: z.int(),
    delete: z.int(),
    impossible: z.int(),
    /** Of `copy` and `replace`: each blob once per destination, without what the destination is known to hold. */
    bytes: z.number(),
  })
  .register(z.globalRegistry, { id: 'PlannedWork' });
export type PlannedWork = z.infer<typeof PlannedWork>;

/** `waiting`: for the next try; those after it because somebody wants it so. */
export const activityKinds = ['running', 'queued', 'waiting', 'held', 'maintenance', 'paused'] as const;
/** What open tasks do together: the first kind that is true of one of them. */
export const Activity = z
  .object({
    kind: z.enum(activityKinds),
    /** Those of which it is true; of those that wait, the ones that wait for `reason`, which are the most. */
    taskCount: z.int(),
    /** What is waited for. */
    reason: z.nullable(Reason),
  })
  .register(z.globalRegistry, { id: 'Activity' });
export type Activity = z.infer<typeof Activity>;

export const executionStates = ['running', 'succeeded', 'failed', 'stopped'] as const;
/**
 * `reconcile`: after a scan of the source, or when a policy was enabled or resumed; `deletion`: of a policy on push, after
 * deletions at the source and nothing else.
 */
export const policyTriggers = ['manual', 'schedule', 'push', 'deletion', 'reconcile'] as const;

export const Execution = z
  .object({
    id: Id,
    /** `copy`: "Copy to…"; `promotion`: into another environment, or back; the others are of a policy. */
    trigger: z.enum(['copy', 'promotion', ...policyTriggers]),
    /** Null for a copy that somebody asked for by hand. The version is the one it was planned with. */
    policy: z.nullable(z.object({ id: Id, name: z.string(), version: z.int(), exists: z.boolean() })),
    /** The promotion, or the undo of one, whose copy it is. */
    promotion: z.nullable(
      z.object({
        id: Id,
        kind: z.enum(['promotion', 'undo']),
        project: ProjectName,
        repository: RepositoryName,
        tag: TagName,
        environment: z.string(),
      }),
    ),
    planned: z.nullable(PlannedWork),
    /** Why its deletions wait for a person's word. */
    heldBack: z.nullable(Reason),
    requestedBy: z.nullable(z.string()),
    /** `running` until every task is final; then `failed` if one failed, `stopped` if one was stopped, else `succeeded`. */
    state: z.enum(executionStates),
    /** Null once every task is final. */
    activity: z.nullable(Activity),
    /**
     * Of tasks that succeeded and are no plain success: that a tag was left as it is, or that somebody's push was replaced. Of
     * several kinds the one that is said most.
     */
    remark: z.nullable(z.object({ taskCount: z.int(), reason: Reason })),
    tasks: taskCounts,
    /** How many of its tasks delete a tag. */
    deletions: z.int(),
    /** How many of its copies have moved, or are to move, only a tag: everything else was there. */
    tagMoves: z.int(),
    /** Once it has ended: of the task that needed the most tries how many, and why the last one before failed. Null: one was enough. */
    retried: z.nullable(z.object({ tries: z.int(), reason: z.nullable(Reason) })),
    bytesTotal: z.number(),
    bytesDone: z.number(),
    /** Of `bytesDone`, what the destinations had already or mounted. */
    bytesSkipped: z.number(),
    rateBytesPerSecond: z.nullable(z.number()),
    etaSeconds: z.nullable(z.number()),
    /** The first few artifacts, to name the execution by. */
    sample: z.array(
      z.object({
        repository: RepositoryName,
        reference: z.string(),
        /** What it is called at a destination; by names at several it is one of them. */
        destination: z.object({ repository: RepositoryName, tag: z.nullable(TagName) }),
      }),
    ),
    sourceRegistryIds: z.array(RegistryId),
    destinationRegistryIds: z.array(RegistryId),
    createdAt: Instant,
    finishedAt: z.nullable(Instant),
  })
  .register(z.globalRegistry, { id: 'Execution' });
export type Execution = z.infer<typeof Execution>;

export const CopyRequest = z
  .strictObject({
    source: z.strictObject({ registryId: RegistryId, repository: RepositoryName }),
    /** Tags or digests of the source repository. */
    references: z.array(Reference).check(z.minLength(1), z.maxLength(500)),
    destinations: z
      .array(
        z.strictObject({
          registryId: RegistryId,
          /** The same name unless given. */
          repository: z.optional(RepositoryName),
          /** The same tag unless given; only with a single reference. */
          tag: z.optional(TagName),
        }),
      )
      .check(z.minLength(1), z.maxLength(20)),
    includeReferrers: z.optional(z.boolean()),
    /** Where the destination holds another digest under the tag. */
    whenDifferent: z.enum(['replace', 'skip']),
  })
  .register(z.globalRegistry, { id: 'CopyRequest' });
export type CopyRequest = z.infer<typeof CopyRequest>;

export const CopyPreview = z
  .object({
    items: z.array(
      z.object({
        reference: z.string(),
        destination: z.object({ registryId: RegistryId, repository: RepositoryName, tag: z.nullable(TagName) }),
        outcome: z.enum(['copy', 'replace', 'skip', 'up-to-date', 'impossible']),
        digest: z.nullable(Digest),
        replacesDigest: z.nullable(Digest),
        totalSizeBytes: z.nullable(z.number()),
        reason: z.nullable(Reason),
      }),
    ),
    /** Each blob once per destination; what the destination is known to hold already is not in it. */
    bytesToCopy: z.nullable(z.number()),
    /** That a policy sets tags back to what its source has. */
    cautions: z.array(Reason),
  })
  .register(z.globalRegistry, { id: 'CopyPreview' });
export type CopyPreview = z.infer<typeof CopyPreview>;

const byExecution = z.strictObject({ executionId: Id });
const byTask = z.strictObject({ taskId: Id });

export const previewCopy = endpoint({
  method: 'POST',
  path: '/executions/preview',
  summary: 'What a copy would do, from the catalog; nothing is written',
  isAudited: false,
  permission: 'artifact.push',
  body: CopyRequest,
  response: CopyPreview,
  errors: ['registry-not-found', 'repository-not-found'],
});
export const createExecution = endpoint({
  method: 'POST',
  path: '/executions',
  summary: 'Copy tags to other registries: one task for each artifact and destination',
  permission: 'artifact.push',
  body: CopyRequest,
  response: Execution,
  status: 201,
  errors: ['registry-not-found', 'repository-not-found'],
});
export const listExecutions = endpoint({
  method: 'GET',
  path: '/executions',
  summary: 'Executions, newest first',
  permission: 'replication.read',
  query: z.strictObject({
    ...listQuery(['-created', 'created']),
    /**
     * Of those that are running `moving` have a task that runs or will at once, `waiting` one that waits for anything, and `held`
     * deletions that wait for a person's word.
     */
    state: z.optional(z.enum([...executionStates, 'moving', 'waiting', 'held'])),
    policyId: z.optional(Id),
  }),
  response: page(Execution),
  errors: ['cursor-invalid'],
});
export const getExecution = endpoint({
  method: 'GET',
  path: '/executions/:executionId',
  summary: 'One execution',
  permission: 'replication.read',
  params: byExecution,
  response: Execution,
  errors: ['execution-not-found'],
});
export const stopExecution = endpoint({
  method: 'POST',
  path: '/executions/:executionId/stop',
  summary: 'Stop what has not ended; running transfers are cut',
  permission: 'artifact.push',
  params: byExecution,
  response: Execution,
  errors: ['execution-not-found'],
});
export const retryExecution = endpoint({
  method: 'POST',
  path: '/executions/:executionId/retry',
  summary: 'Run the failed and stopped tasks again, but for deletions that somebody declined',
  permission: 'artifact.push',
  params: byExecution,
  response: Execution,
  errors: ['execution-not-found', 'task-not-retryable'],
});
export const listTasks = endpoint({
  method: 'GET',
  path: '/tasks',
  summary: 'Tasks of one execution or of all',
  permission: 'replication.read',
  query: z.strictObject({
    /** `state`: what needs a person first; `progress`: what moves first, and last what waits for a person's word. */
    ...listQuery(['state', 'progress', 'created', '-created']),
    executionId: z.optional(Id),
    /** `active` is queued, running and waiting. */
    state: z.optional(z.enum([...taskStates, 'active'])),
    /** Tasks that read or write this repository. */
    repository: z.optional(RepositoryName),
  }),
  response: page(Task),
  errors: ['cursor-invalid'],
});
export const getTask = endpoint({
  method: 'GET',
  path: '/tasks/:taskId',
  summary: 'One task with its blobs, attempts and log',
  permission: 'replication.read',
  params: byTask,
  response: TaskDetail,
  errors: ['task-not-found'],
});
export const stopTask = endpoint({
  method: 'POST',
  path: '/tasks/:taskId/stop',
  summary: 'Stop one task; its transfers are cut',
  permission: 'artifact.push',
  params: byTask,
  response: Task,
  errors: ['task-not-found'],
});
export const retryTask = endpoint({
  method: 'POST',
  path: '/tasks/:taskId/retry',
  summary: 'Run a waiting, failed or stopped task now',
  permission: 'artifact.push',
  params: byTask,
  response: Task,
  errors: ['task-not-found', 'task-not-retryable'],
});
export const replicationEndpoints = {
  previewCopy,
  createExecution,
  listExecutions,
  getExecution,
  stopExecution,
  retryExecution,
  listTasks,
  getTask,
  stopTask,
  retryTask,
};
