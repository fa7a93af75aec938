import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { page } from './lists.ts';
import { Environment, Instant, Reason, RegistryId } from './words.ts';

export const capabilityNames = [
  'catalog',
  'deleteByDigest',
  'deleteByTag',
  'referrers',
  'mount',
  'push',
  'notifications',
] as const;

/** `sentence` says, for one that is missing, what follows from it and how to turn it on. */
export const Capability = z
  .object({
    name: z.enum(capabilityNames),
    state: z.enum(['yes', 'no', 'unknown']),
    reason: z.nullable(Reason),
  })
  .register(z.globalRegistry, { id: 'Capability' });
export type Capability = z.infer<typeof Capability>;

export const RegistryEndpoint = z
  .object({
    url: z.string(),
    state: z.enum(['up', 'down', 'unknown']),
    checkedAt: z.nullable(Instant),
    latencyMs: z.nullable(z.number()),
    /** Since when it is in this state. */
    since: z.nullable(Instant),
    reason: z.nullable(Reason),
  })
  .register(z.globalRegistry, { id: 'RegistryEndpoint' });

/** The registry takes no writes from people or copies until then. */
export const Maintenance = z
  .object({ until: Instant, message: z.string(), startedBy: z.nullable(z.string()), startedAt: Instant })
  .register(z.globalRegistry, { id: 'Maintenance' });
export type Maintenance = z.infer<typeof Maintenance>;

export const Registry = z
  .object({
    id: RegistryId,
    name: z.string(),
    environment: Environment,
    position: z.int(),
    kind: z.enum(['distribution']),
    /** `degraded`: at least one endpoint down, at least one up. */
    health: z.enum(['up', 'degraded', 'down', 'unknown']),
    endpoints: z.array(RegistryEndpoint),
    /** `host[:port]` that people put before a repository name to pull from here. */
    pullHost: z.string(),
    username: z.nullable(z.string()),
    hasPassword: z.boolean(),
    caPem: z.nullable(z.string()),
    capabilities: z.array(Capability),
    probedAt: z.nullable(Instant),
    catalog: z.object({
      repositoryCount: z.int(),
      tagCount: z.int(),
      /** Bytes of the distinct blobs and manifests known there. */
      sizeBytes: z.number(),
      /** End of the last complete scan. */
      scannedAt: z.nullable(Instant),
      scanState: z.enum(['idle', 'running', 'failed']),
      scanReason: z.nullable(Reason),
      notifiedAt: z.nullable(Instant),
    }),
    /** It trusts this console's token service; the console reads and writes it with tokens of its own making. */
    trustsLongshore: z.boolean(),
    /** `host[:port]` of the stores that it may send readers of blobs to. */
    redirectHosts: z.array(z.string()),
    maintenance: z.nullable(Maintenance),
    /** `configuration`: from the file or environment, read-only here. */
    managedBy: z.enum(['console', 'configuration']),
    /** Give it back in `version` when changing; it detects two people editing. */
    version: z.int(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .register(z.globalRegistry, { id: 'Registry' });
export type Registry = z.infer<typeof Registry>;

const endpointUrls = z
  .array(z.url({ protocol: /^https?$/ }).check(z.maxLength(2048)))
  .check(z.minLength(1), z.maxLength(16));
const storeHost = z.string().check(
  z.maxLength(261),
  z.regex(/^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/, {
    error: 'must be a host or host:port, without a path',
    abort: true,
  }),
  z.refine((host) => URL.canParse(`https://${host}`), 'must be a host or host:port, without a path'),
);
const connection = {
  endpointUrls,
  username: z.optional(z.nullable(z.string().check(z.minLength(1), z.maxLength(255)))),
  /** Left out keeps the stored one; null removes it. Never returned. */
  password: z.optional(z.nullable(z.string().check(z.minLength(1), z.maxLength(65_536)))),
  caPem: z.optional(z.nullable(z.string().check(z.maxLength(262_144)))),
  /** Instead of a username and password. */
  trustsLongshore: z.optional(z.boolean()),
  /** Left out keeps the stored ones. */
  redirectHosts: z.optional(z.array(storeHost).check(z.maxLength(16))),
};
const description = {
  name: z.string().check(z.trim(), z.minLength(1), z.maxLength(100)),
  environment: Environment,
  position: z.optional(z.int().check(z.minimum(0), z.maximum(10_000))),
};
export const RegistryDraft = z.strictObject({ id: RegistryId, ...description, ...connection });
export const RegistryChange = z.strictObject({ version: z.int(), ...description, ...connection });
export const RegistryTest = z.strictObject({
  /** The registry being edited: its stored password is used where none is given and the addresses are unchanged. */
  registryId: z.optional(RegistryId),
  /** Of one that is to be added and trusts Longshore: for whom tokens are made. */
  newId: z.optional(RegistryId),
  ...connection,
});
const byId = z.strictObject({ registryId: RegistryId });

export const RegistryTestResult = z
  .object({
    reachable: z.boolean(),
    endpoints: z.array(RegistryEndpoint),
    capabilities: z.array(Capability),
    repositoryCount: z.nullable(z.int()),
  })
  .register(z.globalRegistry, { id: 'RegistryTestResult' });

export const listRegistries = endpoint({
  method: 'GET',
  path: '/registries',
  summary: 'All registries in the order of their environments',
  permission: 'registry.read',
  response: page(Registry),
  errors: [],
});
export const getRegistry = endpoint({
  method: 'GET',
  path: '/registries/:registryId',
  summary: 'One registry',
  permission: 'registry.read',
  params: byId,
  response: Registry,
  errors: ['registry-not-found'],
});
export const createRegistry = endpoint({
  method: 'POST',
  path: '/registries',
  summary: 'Add a registry; it is probed and scanned at once',
  permission: 'registry.manage',
  body: RegistryDraft,
  response: Registry,
  status: 201,
  errors: ['name-taken', 'registry-url-refused', 'registry-is-console'],
});
export const updateRegistry = endpoint({
  method: 'PATCH',
  path: '/registries/:registryId',
  summary: 'Change a registry',
  permission: 'registry.manage',
  params: byId,
  body: RegistryChange,
  response: Registry,
  errors: [
    'registry-not-found',
    'version-conflict',
    'registry-url-refused',
    'registry-is-console',
    'registry-managed-by-configuration',
  ],
});
export const deleteRegistry = endpoint({
  method: 'DELETE',
  path: '/registries/:registryId',
  summary: 'Forget a registry; nothing in it is touched',
  permission: 'registry.manage',
  params: byId,
  response: null,
  errors: ['registry-not-found', 'registry-in-use', 'registry-managed-by-configuration'],
});
export const testRegistry = endpoint({
  method: 'POST',
  path: '/registry-tests',
  summary: 'Try a connection without storing it; a failure is a result, not an error',
  isAudited: false,
  permission: 'registry.manage',
  body: RegistryTest,
  response: RegistryTestResult,
  errors: ['registry-url-refused', 'registry-is-console', 'registry-not-found'],
});
export const probeRegistry = endpoint({
  method: 'POST',
  path: '/registries/:registryId/probe',
  summary: 'Check health and capabilities now',
  permission: 'registry.manage',
  params: byId,
  response: Registry,
  errors: ['registry-not-found'],
});
export const scanRegistry = endpoint({
  method: 'POST',
  path: '/registries/:registryId/scan',
  summary: 'Reconcile the catalog with the registry now',
  permission: 'registry.manage',
  params: byId,
  response: null,
  status: 202,
  errors: ['registry-not-found'],
});
/** False where the server does not know its own address: the lines name the one at which it was asked for them. */
const AddressSure = z.boolean();

/** Shown once, when made: the lines that make a Distribution registry notify this console. */
export const createNotificationSecret = endpoint({
  method: 'POST',
  path: '/registries/:registryId/notification-secret',
  summary: 'Make a new notification secret; the answer holds the configuration lines with it, shown once',
  permission: 'registry.manage',
  params: byId,
  response: z.object({ url: z.string(), isAddressSure: AddressSure, configurationYaml: z.string() }),
  status: 201,
  errors: ['registry-not-found', 'registry-managed-by-configuration'],
});

/** What pages about tags need to know of a registry; addresses and accounts are not in it. */
export const RegistryEntry = z
  .object({
    id: RegistryId,
    name: z.string(),
    environment: Environment,
    position: z.int(),
    health: z.enum(['up', 'degraded', 'down', 'unknown']),
    /** `host[:port]` of the registry itself; null for whom the front door is the only way in. */
    pullHost: z.nullable(z.string()),
    maintenance: z.nullable(Maintenance),
  })
  .register(z.globalRegistry, { id: 'RegistryEntry' });
export type RegistryEntry = z.infer<typeof RegistryEntry>;

export const listRegistryDirectory = endpoint({
  method: 'GET',
  path: '/registry-directory',
  summary: 'The registries in whose environment the caller may read something, in the order of the environments',
  permission: 'catalog.read',
  response: z.object({ items: z.array(RegistryEntry) }),
  errors: [],
});
export const beginMaintenance = endpoint({
  method: 'PUT',
  path: '/registries/:registryId/maintenance',
  summary: 'Refuse writes to the registry until then, with a message that people and `docker` are shown',
  permission: 'registry.manage',
  params: byId,
  body: z.strictObject({
    /** At most 24 hours ahead: a forgotten maintenance ends by itself. */
    until: z.iso.datetime({ offset: true }),
    message: z.optional(z.string().check(z.trim(), z.maxLength(200))),
  }),
  response: Registry,
  errors: ['registry-not-found', 'collection-running'],
});
export const endMaintenance = endpoint({
  method: 'DELETE',
  path: '/registries/:registryId/maintenance',
  summary: 'Take writes again',
  permission: 'registry.manage',
  params: byId,
  response: Registry,
  errors: ['registry-not-found', 'collection-running'],
});
/** For a registry whose own configuration is to trust this console's token service. Nothing in it is secret. */
export const getTokenConfiguration = endpoint({
  method: 'GET',
  path: '/registries/:registryId/token-configuration',
  summary: 'The lines with which a Distribution registry trusts this console’s tokens',
  permission: 'registry.manage',
  params: byId,
  response: z.object({
    realm: z.string(),
    isAddressSure: AddressSure,
    service: z.string(),
    issuer: z.string(),
    certificatePem: z.string(),
    jwks: z.string(),
    /** For Distribution 2.8: `rootcertbundle`. */
    version2Yaml: z.string(),
    /** For Distribution 3: `jwks`. */
    version3Yaml: z.string(),
  }),
  errors: ['registry-not-found'],
});

export const registryEndpoints = {
  listRegistryDirectory,
  beginMaintenance,
  endMaintenance,
  getTokenConfiguration,
  listRegistries,
  getRegistry,
  createRegistry,
  updateRegistry,
  deleteRegistry,
  testRegistry,
  probeRegistry,
  scanRegistry,
  createNotificationSecret,
};
