import type { contract } from '../../contract/index.ts';
import type { Ids } from './isolation-world.ts';

export interface RowInput {
  readonly params?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
}

/** What names something of a project, with the names of `ids`; `own` is the caller's own project. */
export type Row = (ids: Ids, own: Ids) => RowInput[];

/** For endpoints whose input can name nothing that belongs to a project. */
export const namesNothing: Row = () => [];

const ofProject: Row = ({ project }) => [{ params: { project } }];
const inProject =
  (body: (ids: Ids) => unknown): Row =>
  (ids) => [{ params: { project: ids.project }, body: body(ids) }];
/** A thing of a project, named within that project and within the caller's own one. */
const thingOf =
  (param: string, id: (ids: Ids) => string, body?: unknown): Row =>
  (ids, own) =>
    [ids.project, own.project].map((project) => ({ params: { project, [param]: id(ids) }, body }));
const byId =
  (param: string, id: (ids: Ids) => string, body?: unknown): Row =>
  (ids) => [{ params: { [param]: id(ids) }, body }];
const ofExecution: Row = ({ executionId, pendingExecutionId }) =>
  [executionId, pendingExecutionId].map((id) => ({ params: { executionId: id } }));
const ofTask: Row = ({ taskId, pendingTaskId }) => [taskId, pendingTaskId].map((id) => ({ params: { taskId: id } }));
const ofPromotion =
  (body?: unknown): Row =>
  ({ promotionId, begunPromotionId }) =>
    [promotionId, begunPromotionId].map((id) => ({ params: { promotionId: id }, body }));
const bySearching: Row = ({ project, repository, tag }) => [project, repository, tag].map((q) => ({ query: { q } }));

const ofArtifact: Row = ({ registryId, destinationId, repository, tag, digest }, own) => [
  { query: { registryId, repository, reference: tag } },
  { query: { registryId: destinationId, repository, reference: tag } },
  { query: { registryId, repository, reference: digest } },
  { query: { registryId, repository: own.repository, reference: digest } },
  { query: { registryId, repository: own.repository, reference: tag } },
];

const copy = ({ registryId, destinationId }: Ids, from: string, reference: string, to: string): RowInput => ({
  body: {
    source: { registryId, repository: from },
    references: [reference],
    destinations: [{ registryId: destinationId, repository: to }],
    whenDifferent: 'replace',
  },
});
const asCopies: Row = (ids, own) => {
  const { repository, tag, digest } = ids;
  return [
    copy(ids, repository, tag, repository),
    copy(ids, repository, digest, own.repository),
    copy(ids, own.repository, own.tag, repository),
  ];
};

const policyContent = ({ registryId, destinationId, repository }: Ids) => ({
  sourceRegistryId: registryId,
  filters: {
    repositories: { include: [repository], exclude: [] },
    tags: { include: ['*'], exclude: [] },
    semver: null,
    newest: null,
    newerThanDays: null,
    includeReferrers: true,
    platforms: null,
  },
  mapping: { kind: 'same' },
  destinations: [{ registryId: destinationId, bandwidth: null }],
  onPush: false,
  schedule: null,
  options: { propagateDeletions: false, whenDifferent: 'replace', concurrency: null, attempts: 10 },
});
const ofPolicy: Row = ({ policyId }) => [{ params: { policyId } }];
const ofPolicyDestination: Row = ({ policyId, destinationId }) => [{ params: { policyId, registryId: destinationId } }];
const promotion = ({ registryId, digest }: Ids, repository: string, tag: string): RowInput => ({
  body: { registryId, repository, tag, digest, environment: 'production' },
});

/** The own repository does not hold what another one holds, and the own project has no such repository. */
const asDeletions: Row = ({ project, registryId, repository, tag, digest }, own) => {
  const of = (name: string, reference: string) => ({
    selection: { kind: 'references', registryId, repository: name, references: [reference] },
  });
  const pattern = { kind: 'pattern', registryIds: [registryId], repositoryPattern: '**', tagPattern: '*' };
  const body = { selection: { kind: 'repository', registryId, repository } };
  return [
    { params: { project }, body: of(repository, tag) },
    { params: { project }, body: { selection: pattern } },
    { params: { project }, body },
    { params: { project: own.project }, body },
    { params: { project: own.project }, body: of(repository, digest) },
    { params: { project: own.project }, body: of(own.repository, digest) },
    { params: { project: own.project }, body: of(own.repository, tag) },
  ];
};

const asMembers = inProject(({ userId }) => ({
  changes: [{ kind: 'user', id: userId, environment: null, role: 'guest' }],
}));
const robot = (name: string) => ({
  name,
  permissions: [{ actions: ['artifact.pull'], environments: null, repositories: ['**'] }],
  expiresAt: null,
});
const { name: _, ...robotValues } = robot('unused');
const robotChange = { version: 1, ...robotValues };
const noticeValues = { name: 'Intruder', url: 'https://receiver.example/', kinds: ['all'] };
const notice = { channel: 'webhook', ...noticeValues };
const noticeChange = { version: 1, ...noticeValues };
const rule = { environment: null, repositoryPattern: '**', tagPattern: '*' };
const retentionContent = {
  environment: null,
  repositories: { include: ['**'], exclude: [] },
  rules: [{ kind: 'newest', count: 1 }, { kind: 'used-elsewhere' }],
};
const retention = { ...retentionContent, isEnabled: true, schedule: null };
const ofRetentionRun: Row = ({ retentionRunId, heldRetentionRunId }) =>
  [retentionRunId, heldRetentionRunId].map((id) => ({ params: { retentionRunId: id } }));

/** One row for each endpoint of the contract; the compiler and the test itself miss those that are not here. */
export const isolationRows: Record<keyof typeof contract, Row> = {
  getSession: namesNothing,
  signIn: namesNothing,
  signOut: namesNothing,
  changePassword: namesNothing,

  listAccessTokens: namesNothing,
  createAccessToken: ({ project }) => [
    {
      body: {
        name: `for ${project}`,
        actions: ['artifact.pull'],
        projects: [project],
        environments: null,
        expiresInDays: 1,
      },
    },
  ],
  deleteAccessToken: byId('accessTokenId', ({ accessTokenId }) => accessTokenId),

  listRegistryDirectory: namesNothing,
  listRegistries: namesNothing,
  getRegistry: namesNothing,
  createRegistry: namesNothing,
  updateRegistry: namesNothing,
  deleteRegistry: namesNothing,
  testRegistry: namesNothing,
  probeRegistry: namesNothing,
  scanRegistry: namesNothing,
  createNotificationSecret: namesNothing,
  beginMaintenance: namesNothing,
  endMaintenance: namesNothing,
  getTokenConfiguration: namesNothing,
  getCollectionSetup: namesNothing,
  listCollections: namesNothing,
  startCollection: namesNothing,
  getCollection: namesNothing,
  getCollectionLog: namesNothing,
  stopCollection: namesNothing,
  setCollectionSchedule: namesNothing,

  listProjects: bySearching,
  getProject: ofProject,
  createProject: ({ project }) => [{ body: { name: project } }],
  updateProject: inProject(() => ({ version: 1, description: 'Mine now', isPublic: true, isArchived: true })),
  deleteProject: ofProject,
  getMatrix: ({ project, repository, tag }, own) => [
    { params: { project } },
    { params: { project }, query: { repository } },
    { params: { project: own.project }, query: { repository } },
    { params: { project: own.project }, query: { q: tag } },
  ],

  listMembers: ofProject,
  changeMembers: asMembers,
  previewMembers: asMembers,
  listMemberCandidates: ofProject,

  listProjectRobots: ofProject,
  createProjectRobot: inProject(() => robot('intruder')),
  updateProjectRobot: thingOf('robotId', ({ robotId }) => robotId, robotChange),
  deleteProjectRobot: thingOf('robotId', ({ robotId }) => robotId),
  rotateProjectRobot: thingOf('robotId', ({ robotId }) => robotId, { overlapHours: 0 }),
  listRobots: namesNothing,
  createRobot: () => [{ body: robot('intruder') }],
  updateRobot: byId('robotId', ({ robotId }) => robotId, robotChange),
  deleteRobot: byId('robotId', ({ robotId }) => robotId),
  rotateRobot: byId('robotId', ({ robotId }) => robotId, { overlapHours: 0 }),

  listImmutableRules: ofProject,
  createImmutableRule: inProject(() => rule),
  deleteImmutableRule: thingOf('ruleId', ({ ruleId }) => ruleId),
  previewImmutableRule: inProject(() => rule),

  listProjectNotices: ofProject,
  createProjectNotice: inProject(() => notice),
  updateProjectNotice: thingOf('noticeId', ({ noticeId }) => noticeId, noticeChange),
  deleteProjectNotice: thingOf('noticeId', ({ noticeId }) => noticeId),
  renewProjectNoticeSecret: thingOf('noticeId', ({ noticeId }) => noticeId),
  testProjectNotice: thingOf('noticeId', ({ noticeId }) => noticeId),
  listProjectNoticeDeliveries: thingOf('noticeId', ({ noticeId }) => noticeId),
  redeliverProjectNotice: ({ project, noticeId, deliveryId }, own) => [
    { params: { project, noticeId, deliveryId } },
    { params: { project: own.project, noticeId, deliveryId } },
    { params: { project: own.project, noticeId: own.noticeId, deliveryId } },
  ],
  listNotices: namesNothing,
  createNotice: () => [{ body: notice }],
  updateNotice: byId('noticeId', ({ noticeId }) => noticeId, noticeChange),
  deleteNotice: byId('noticeId', ({ noticeId }) => noticeId),
  renewNoticeSecret: byId('noticeId', ({ noticeId }) => noticeId),
  testNotice: byId('noticeId', ({ noticeId }) => noticeId),
  listNoticeDeliveries: byId('noticeId', ({ noticeId }) => noticeId),
  redeliverNotice: ({ noticeId, deliveryId }) => [{ params: { noticeId, deliveryId } }],

  listRepositories: ({ project, repository, registryId }) => [
    { query: { project } },
    { query: { project, registryId } },
    { query: { q: repository } },
  ],
  getRepository: ({ repository }) => [{ query: { name: repository } }],
  listTags: ({ repository, registryId, tag }, own) => [
    { query: { repository } },
    { query: { repository, registryId } },
    { query: { repository: own.repository, q: tag } },
  ],
  listTagHistory: ({ repository, registryId, tag }, own) => [
    { query: { repository, tag } },
    { query: { repository, tag, registryId } },
    { query: { repository: own.repository, tag } },
  ],

  getArtifact: ofArtifact,
  listReferrers: ofArtifact,

  search: ({ project, repository, tag, digest }) =>
    [project, repository, tag, `${repository}:${tag}`, `${repository}:`, digest, digest.slice(7, 30)].map((q) => ({
      query: { q },
    })),

  // The own repository does not hold what another one holds.
  previewCopy: (ids, own) => [...asCopies(ids, own), copy(ids, own.repository, ids.digest, own.repository)],
  createExecution: asCopies,
  listExecutions: bySearching,
  getExecution: ofExecution,
  stopExecution: ofExecution,
  retryExecution: ofExecution,
  listTasks: ({ executionId, repository }) => [{ query: { executionId } }, { query: { repository } }],
  getTask: ofTask,
  stopTask: ofTask,
  retryTask: ofTask,
  getOperations: namesNothing,
  getThroughput: namesNothing,

  listPolicies: ({ project, registryId, policyId }) => [
    { query: { project } },
    { query: { project, registryId } },
    { query: { q: project } },
    { query: { q: policyId } },
  ],
  createPolicy: (ids) => [
    { body: { name: 'intruder', project: ids.project, isEnabled: false, content: policyContent(ids) } },
  ],
  getPolicy: ofPolicy,
  updatePolicy: (ids) => [
    { params: { policyId: ids.policyId }, body: { version: 1, name: 'mine now', content: policyContent(ids) } },
  ],
  deletePolicy: ofPolicy,
  enablePolicy: ofPolicy,
  disablePolicy: ofPolicy,
  pausePolicy: ofPolicy,
  resumePolicy: ofPolicy,
  pausePolicyDestination: ofPolicyDestination,
  resumePolicyDestination: ofPolicyDestination,
  listPolicyVersions: ofPolicy,
  runPolicy: ofPolicy,
  previewPolicy: ofPolicy,
  previewPolicyDraft: (ids) => [{ body: { project: ids.project, content: policyContent(ids) } }],
  confirmExecution: ofExecution,
  declineExecution: ofExecution,
  checkSchedule: namesNothing,

  getPromotionPath: ofProject,
  updatePromotionPath: inProject(() => ({ version: 0, steps: [{ environment: 'production', needsApproval: false }] })),
  listPromotions: ofProject,
  listPromotionApprovals: ({ project }) => [{ query: { project } }],
  countPromotionApprovals: namesNothing,
  createPromotion: (ids, own) => [
    promotion(ids, ids.repository, ids.tag),
    promotion(ids, own.repository, own.tag),
    promotion(ids, own.repository, ids.tag),
  ],
  getPromotion: ofPromotion(),
  previewPromotion: ofPromotion(),
  approvePromotion: ofPromotion({}),
  declinePromotion: ofPromotion({}),
  withdrawPromotion: ofPromotion(),
  undoPromotion: ofPromotion({}),

  previewDeletion: asDeletions,
  deleteToTrash: asDeletions,
  listTrash: ofProject,
  listAllTrash: ({ project, repository, trashItemId }) => [
    { query: { project } },
    { query: { repository } },
    { query: { itemId: trashItemId } },
  ],
  previewRestore: thingOf('trashItemId', ({ trashItemId }) => trashItemId, { target: { kind: 'same' } }),
  restoreFromTrash: thingOf('trashItemId', ({ trashItemId }) => trashItemId, { target: { kind: 'digest' } }),
  purgeFromTrash: thingOf('trashItemId', ({ trashItemId }) => trashItemId),
  getTrashWindow: ofProject,
  updateTrashWindow: inProject(() => ({ days: 1 })),

  listRetentionPlans: ofProject,
  createRetentionPlan: inProject(() => retention),
  updateRetentionPlan: thingOf('retentionPlanId', ({ retentionPlanId }) => retentionPlanId, {
    ...retention,
    version: 1,
  }),
  deleteRetentionPlan: thingOf('retentionPlanId', ({ retentionPlanId }) => retentionPlanId),
  previewRetention: ({ project, retentionPlanId, repository }, own) => [
    { params: { project }, body: { ...retentionContent, planId: null } },
    { params: { project: own.project }, body: { ...retentionContent, planId: retentionPlanId } },
    { params: { project: own.project }, body: { ...retentionContent, planId: null, rows: { q: repository } } },
  ],
  runRetention: thingOf('retentionPlanId', ({ retentionPlanId }) => retentionPlanId, {
    version: 1,
    expectedCount: 100,
    acceptsMany: true,
  }),
  listRetentionRuns: ({ project, retentionPlanId }, own) => [
    { params: { project } },
    { params: { project: own.project }, query: { planId: retentionPlanId } },
  ],
  getRetentionRun: ofRetentionRun,
  listRetentionRunTags: ofRetentionRun,
  confirmRetentionRun: ofRetentionRun,
  declineRetentionRun: ofRetentionRun,
  getStorage: namesNothing,
  getRegistryStorage: byId('registryId', ({ registryId }) => registryId),
  listRegistryStorage: byId('registryId', ({ registryId }) => registryId),
  measureRegistryStorage: byId('registryId', ({ registryId }) => registryId),
  getProjectStorage: ofProject,
  listProjectStorage: ofProject,
  measureProjectStorage: inProject(() => ({})),
  listRegistryUntagged: byId('registryId', ({ registryId }) => registryId),
  trashRegistryUntagged: byId('registryId', ({ registryId }) => registryId, {}),
  listProjectUntagged: ofProject,
  trashProjectUntagged: inProject(({ registryId }) => ({ registryId })),

  listUsers: bySearching,
  getUser: byId('userId', ({ userId }) => userId),
  createUser: namesNothing,
  updateUser: byId('userId', ({ userId }) => userId, { version: 1, isDisabled: true }),
  resetPassword: byId('userId', ({ userId }) => userId),
  listGroups: namesNothing,
  createGroup: ({ userId }) => [{ body: { name: 'intruders', userIds: [userId] } }],
  updateGroup: byId('groupId', ({ groupId }) => groupId, { version: 1, name: 'intruders', userIds: [] }),
  deleteGroup: byId('groupId', ({ groupId }) => groupId),

  listAudit: ({ project }) => [{ query: { project } }],
  listProjectAudit: ofProject,

  getSettings: namesNothing,
  updateSettings: namesNothing,
  listSigningKeys: namesNothing,
  rotateSigningKey: namesNothing,
};
