import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { listQuery, page } from './lists.ts';
import { Digest, Instant, ProjectName, RegistryId, RepositoryName, TagName } from './words.ts';

/** Bytes, each blob and manifest once, as of the last measuring. */
const figures = {
  /** Everything, what is in the trash included. */
  totalBytes: z.int(),
  /** Of that what nobody else in the registry names: of a registry, what one repository alone names. */
  uniqueBytes: z.int(),
  /** That would come back, with the next garbage collection, if the trash were emptied; */
  trashBytes: z.int(),
  /** if untagged manifests of age were put in the trash and removed from it; */
  untaggedBytes: z.int(),
  /** if both were done: what both hold together comes back only then. */
  bothBytes: z.int(),
} as const;

/** What is known, and what is not. */
const knowledge = {
  /** Null: never yet. */
  measuredAt: z.nullable(Instant),
  /** When all of the registry had last been compared with what is known of it, then; null: never yet. */
  catalogAt: z.nullable(Instant),
  isMeasuring: z.boolean(),
  /** Repositories of which something has changed since. */
  changedCount: z.int(),
  repositoryCount: z.int(),
  manifestCount: z.int(),
  /** Manifests whose layers were never read: their bytes are in no figure. */
  unreadCount: z.int(),
  /** What no tag reaches; and of those the ones that are old enough to go. */
  untaggedCount: z.int(),
  ripeCount: z.int(),
} as const;

export const StoragePoint = z
  .object({
    /** As `2026-11-27`, in UTC. */
    day: z.string(),
    bytes: z.int(),
    uniqueBytes: z.int(),
    trashBytes: z.int(),
  })
  .register(z.globalRegistry, { id: 'StoragePoint' });
export type StoragePoint = z.infer<typeof StoragePoint>;

/** Of days without a point the one before holds. The oldest first. */
const series = z.array(StoragePoint);

export const RegistryStorage = z
  .object({ registryId: RegistryId, environment: z.string(), ...figures, ...knowledge, series })
  .register(z.globalRegistry, { id: 'RegistryStorage' });
export type RegistryStorage = z.infer<typeof RegistryStorage>;

/** One project in one registry. */
export const ProjectStorage = z
  .object({ project: ProjectName, registryId: RegistryId, environment: z.string(), ...figures, ...knowledge, series })
  .register(z.globalRegistry, { id: 'ProjectStorage' });
export type ProjectStorage = z.infer<typeof ProjectStorage>;

/** A repository in one registry. */
export const StoragePlace = z
  .object({
    registryId: RegistryId,
    /** Of what it names, tagged or not; the trash is not in it. */
    bytes: z.int(),
    /** Of that what no other repository of the registry names: what deleting it would give back in the end. */
    uniqueBytes: z.int(),
    trashBytes: z.int(),
    untaggedBytes: z.int(),
    untaggedCount: z.int(),
    /** Against thirty days ago, or against the first measuring where that is younger; null: there is only today. */
    changeBytes: z.nullable(z.int()),
  })
  .register(z.globalRegistry, { id: 'StoragePlace' });
export type StoragePlace = z.infer<typeof StoragePlace>;

export const StorageRepository = z
  .object({
    repository: RepositoryName,
    project: ProjectName,
    /** Sums over the places below. */
    bytes: z.int(),
    uniqueBytes: z.int(),
    places: z.array(StoragePlace),
  })
  .register(z.globalRegistry, { id: 'StorageRepository' });
export type StorageRepository = z.infer<typeof StorageRepository>;

export const UntaggedManifest = z
  .object({
    registryId: RegistryId,
    environment: z.string(),
    project: ProjectName,
    repository: RepositoryName,
    digest: Digest,
    /** That it had last, as far as is known. */
    lastTag: z.nullable(TagName),
    /** Since when at the latest. */
    since: Instant,
    /** From when on it may go: a push that is under way names its parts last. */
    ripeAt: Instant,
    isRipe: z.boolean(),
    /** With everything below it; null where something of that was never read. */
    sizeBytes: z.nullable(z.int()),
  })
  .register(z.globalRegistry, { id: 'UntaggedManifest' });
export type UntaggedManifest = z.infer<typeof UntaggedManifest>;

const byRegistry = z.strictObject({ registryId: RegistryId });
const byProject = z.strictObject({ project: ProjectName });
const listed = listQuery(['-bytes', 'bytes', '-unique', 'unique', 'name', '-name']);
const untaggedListed = {
  ...listQuery(['since']),
  /** `yes`: only what is old enough to go. */
  ripe: z.optional(z.enum(['yes', 'no'])),
};
/** Some of those that are old enough, or all of them. */
const chosen = {
  repository: z.optional(RepositoryName),
  /** Of `repository`. */
  digests: z.optional(z.array(Digest).check(z.minLength(1), z.maxLength(1000))),
};

export const getStorage = endpoint({
  method: 'GET',
  path: '/storage',
  summary: 'How many bytes each registry holds, for how much of that nobody needs it, and what that was over time',
  permission: 'registry.read',
  response: z.object({ items: z.array(RegistryStorage) }),
  errors: [],
});
export const getRegistryStorage = endpoint({
  method: 'GET',
  path: '/registries/:registryId/storage',
  summary: 'How many bytes a registry holds, and its largest projects',
  permission: 'registry.read',
  params: byRegistry,
  response: z.object({
    storage: RegistryStorage,
    /** The 100 largest; without their points over time. */
    projects: z.array(z.object({ project: ProjectName, ...figures })),
    projectCount: z.int(),
  }),
  errors: ['registry-not-found'],
});
export const listRegistryStorage = endpoint({
  method: 'GET',
  path: '/registries/:registryId/storage/repositories',
  summary: 'How many bytes each repository of a registry holds',
  permission: 'registry.read',
  params: byRegistry,
  query: z.strictObject(listed),
  response: page(StorageRepository),
  errors: ['registry-not-found', 'cursor-invalid'],
});
export const measureRegistryStorage = endpoint({
  method: 'POST',
  path: '/registries/:registryId/storage/measure',
  summary: 'Measure it as soon as possible; otherwise that is done when something has changed',
  permission: 'registry.manage',
  params: byRegistry,
  response: z.object({ registryIds: z.array(RegistryId) }),
  status: 202,
  errors: ['registry-not-found'],
});
export const getProjectStorage = endpoint({
  method: 'GET',
  path: '/projects/:project/storage',
  summary: 'How many bytes a project holds in each registry that the caller sees it in',
  permission: 'catalog.read',
  params: byProject,
  response: z.object({ items: z.array(ProjectStorage) }),
  errors: ['project-not-found'],
});
export const listProjectStorage = endpoint({
  method: 'GET',
  path: '/projects/:project/storage/repositories',
  summary: 'How many bytes each repository of a project holds, in each registry that the caller sees it in',
  permission: 'catalog.read',
  params: byProject,
  query: z.strictObject(listed),
  response: page(StorageRepository),
  errors: ['project-not-found', 'cursor-invalid'],
});
export const measureProjectStorage = endpoint({
  method: 'POST',
  path: '/projects/:project/storage/measure',
  summary: 'Measure the registries that the caller manages the project in',
  permission: 'project.manage',
  params: byProject,
  /** Without one: all of them. */
  body: z.strictObject({ registryId: z.optional(RegistryId) }),
  response: z.object({ registryIds: z.array(RegistryId) }),
  status: 202,
  errors: ['project-not-found'],
});
export const listRegistryUntagged = endpoint({
  method: 'GET',
  path: '/registries/:registryId/untagged',
  summary: 'Manifests of a registry that no tag reaches, those that have been so for longest first',
  permission: 'registry.read',
  params: byRegistry,
  query: z.strictObject(untaggedListed),
  response: page(UntaggedManifest),
  errors: ['registry-not-found', 'cursor-invalid'],
});
export const trashRegistryUntagged = endpoint({
  method: 'POST',
  path: '/registries/:registryId/untagged/trash',
  summary:
    'Put what no tag reaches, and what is old enough, into the trash; each is looked at once more before it goes',
  permission: 'registry.manage',
  params: byRegistry,
  body: z.strictObject(chosen),
  /** How many are on their way there. */
  response: z.object({ total: z.int() }),
  status: 202,
  errors: ['registry-not-found'],
});
export const listProjectUntagged = endpoint({
  method: 'GET',
  path: '/projects/:project/untagged',
  summary: 'Manifests of a project that no tag reaches, in the registries in which the caller may delete',
  permission: 'artifact.delete',
  params: byProject,
  query: z.strictObject({ ...untaggedListed, registryId: z.optional(RegistryId) }),
  response: page(UntaggedManifest),
  errors: ['project-not-found', 'cursor-invalid'],
});
export const trashProjectUntagged = endpoint({
  method: 'POST',
  path: '/projects/:project/untagged/trash',
  summary: 'The same as for a registry, for one project in one of them',
  permission: 'artifact.delete',
  params: byProject,
  body: z.strictObject({ registryId: RegistryId, ...chosen }),
  response: z.object({ total: z.int() }),
  status: 202,
  errors: ['project-not-found', 'registry-not-found'],
});

export const storageEndpoints = {
  getStorage,
  getRegistryStorage,
  listRegistryStorage,
  measureRegistryStorage,
  getProjectStorage,
  listProjectStorage,
  measureProjectStorage,
  listRegistryUntagged,
  trashRegistryUntagged,
  listProjectUntagged,
  trashProjectUntagged,
};
