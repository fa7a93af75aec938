import { Router } from 'express';
import { stringify } from 'yaml';
import { actorOf } from '../../access/audit-record.ts';
import * as contract from '../../contract/registries.ts';
import type { AnswerInput, HandlerInput } from '../../contract/endpoint.ts';
import { ApiError } from '../../http/api-error.ts';
import { mountEndpoint } from '../../http/mount-endpoint.ts';
import { notificationEndpoint } from '../../registry-client/index.ts';
import type { ConnectionTest } from './connection-test.ts';
import { mountRegistryDirectory } from './registry-directory.routes.ts';
import type { ConnectionFields, RegistriesService, RegistryDraft } from './registries.service.ts';
import type { RegistriesView, RegistryView } from './registries.view.ts';
import { healthOf, pullHostOf } from './registry.ts';
import { RegistryAddressError } from './registry-address.ts';
import { PasswordUnreadableError } from './registry-clients.ts';
import {
  RegistryChangedError,
  RegistryCollectingError,
  RegistryFieldError,
  RegistryIdTakenError,
  RegistryInUseError,
  RegistryIsConsoleError,
  RegistryManagedError,
  RegistryNotFoundError,
} from './registry-errors.ts';
import { notificationsCapability } from './registry-findings.ts';
import { type TokenTrust, tokenConfiguration } from './token-configuration.ts';

export interface RegistriesRoutesDeps {
  readonly registries: RegistriesService;
  readonly view: RegistriesView;
  /** A person wants the catalog reconciled; it happens behind the answer. */
  readonly requestScan: (registryId: string) => Promise<void>;
  /** What a registry needs to know this console's tokens. */
  readonly tokenTrust: () => Promise<TokenTrust>;
}

export function registriesRoutes(deps: RegistriesRoutesDeps): Router {
  const { registries, view, requestScan, tokenTrust } = deps;
  const router = Router();
  const shown = async (registryId: string) => {
    const found = await view.find(registryId);
    if (found === undefined) throw new ApiError('registry-not-found', `There is no registry “${registryId}”.`);
    return answerOf(found);
  };

  mountRegistryDirectory(router, registries);
  mountEndpoint(router, contract.listRegistries, async () => {
    const items = (await view.list()).map(answerOf);
    return { items, nextCursor: null, total: items.length };
  });
  mountEndpoint(router, contract.getRegistry, ({ params }) => shown(params.registryId));
  mountEndpoint(router, contract.createRegistry, async ({ body }) => {
    await mapped(() => registries.create(body.id, draftOf(body)));
    return shown(body.id);
  });
  mountEndpoint(router, contract.updateRegistry, async ({ params, body }) => {
    await mapped(() => registries.update(params.registryId, body.version, draftOf(body)));
    return shown(params.registryId);
  });
  mountEndpoint(router, contract.deleteRegistry, ({ params }) => mapped(() => registries.remove(params.registryId)));
  mountEndpoint(router, contract.testRegistry, async ({ body }, { signal }) => {
    const { registryId, newId } = body;
    const result = await mapped(() => registries.test(connectionOf(body), { registryId, newId }, signal));
    return testAnswer(result);
  });
  mountEndpoint(router, contract.probeRegistry, async ({ params }, { signal }) => {
    await mapped(() => registries.probe(params.registryId, signal));
    return shown(params.registryId);
  });
  mountEndpoint(router, contract.scanRegistry, async ({ params }) => {
    await shown(params.registryId);
    await requestScan(params.registryId);
  });
  mountEndpoint(router, contract.createNotificationSecret, async ({ params }, { publicOrigin }) => {
    const secret = await mapped(() => registries.makeNotificationSecret(params.registryId));
    const { origin, isSure } = publicOrigin();
    const url = `${origin}/api/v1/registries/${params.registryId}/notifications`;
    return { url, isAddressSure: isSure, configurationYaml: notificationsYaml(url, secret) };
  });
  maintenanceRoutes(router, registries, shown);
  mountEndpoint(router, contract.getTokenConfiguration, async ({ params }, { publicOrigin }) => {
    await shown(params.registryId);
    const { origin, isSure } = publicOrigin();
    return { isAddressSure: isSure, ...tokenConfiguration(params.registryId, origin, await tokenTrust()) };
  });
  return router;
}

function maintenanceRoutes(
  router: Router,
  registries: RegistriesService,
  shown: (registryId: string) => Promise<AnswerInput<typeof contract.getRegistry>>,
): void {
  mountEndpoint(router, contract.beginMaintenance, async ({ params, body }, { access, audit }) => {
    const { registryId } = params;
    const before = await shown(registryId);
    const until = new Date(body.until);
    const message = body.message ?? '';
    const { environment } = before;
    audit.note({ environment, before: { maintenance: before.maintenance }, after: { until: body.until, message } });
    const startedBy = actorOf(access.subject).name;
    await mapped(() => registries.beginMaintenance(registryId, { until, message, startedBy }));
    return shown(registryId);
  });
  mountEndpoint(router, contract.endMaintenance, async ({ params }, { audit }) => {
    const before = await shown(params.registryId);
    audit.note({ environment: before.environment, before: { maintenance: before.maintenance } });
    await mapped(() => registries.endMaintenance(params.registryId));
    return shown(params.registryId);
  });
}

function testAnswer(result: ConnectionTest): AnswerInput<typeof contract.testRegistry> {
  const checkedAt = new Date().toISOString();
  const { reachable, repositoryCount, capabilities } = result;
  const endpoints = result.endpoints.map(({ url, state, latencyMs, reason }) => {
    return { url, state, checkedAt, latencyMs: latencyMs ?? null, since: null, reason: mutable(reason) };
  });
  const found = capabilities.map((capability) => ({ ...capability, reason: mutable(capability.reason) }));
  return { reachable, repositoryCount, endpoints, capabilities: found };
}

type DraftBody = Omit<HandlerInput<typeof contract.createRegistry>['body'], 'id'>;

function draftOf(body: DraftBody): RegistryDraft {
  const { name, environment, position } = body;
  return { name, environment, position, ...connectionOf(body) };
}

function connectionOf(body: HandlerInput<typeof contract.testRegistry>['body']): ConnectionFields {
  const { endpointUrls, username, password, caPem, trustsLongshore, redirectHosts } = body;
  return { endpointUrls, username, password, caPem, trustsLongshore, redirectHosts };
}

function notificationsYaml(url: string, secret: string): string {
  return stringify({ notifications: { endpoints: [notificationEndpoint(url, secret)] } }, { lineWidth: 0 });
}

function answerOf(registry: RegistryView): AnswerInput<typeof contract.getRegistry> {
  const { id, name, environment, position, endpoints, username, caPem, managedBy, version, scan } = registry;
  return {
    id,
    name,
    environment,
    position,
    kind: 'distribution',
    health: healthOf(endpoints),
    endpoints: endpoints.map((endpoint) => ({
      ...endpoint,
      checkedAt: instant(endpoint.checkedAt),
      since: instant(endpoint.since),
      reason: mutable(endpoint.reason),
    })),
    pullHost: pullHostOf(endpoints[0]?.url ?? 'http://unknown.invalid'),
    username,
    hasPassword: registry.passwordSealed !== null,
    caPem,
    capabilities: [...registry.capabilities, notificationsCapability(name, registry.notifiedAt)].map((capability) => ({
      ...capability,
      reason: mutable(capability.reason),
    })),
    probedAt: instant(registry.probedAt),
    catalog: {
      repositoryCount: registry.repositoryCount,
      tagCount: registry.tagCount,
      sizeBytes: registry.sizeBytes,
      scannedAt: instant(scan.at),
      scanState: scan.state,
      scanReason: mutable(scan.reason),
      notifiedAt: instant(registry.notifiedAt),
    },
    trustsLongshore: registry.trustsLongshore,
    redirectHosts: [...registry.redirectHosts],
    maintenance: registry.maintenance && maintenanceAnswer(registry.maintenance),
    managedBy,
    version,
    createdAt: registry.createdAt.toISOString(),
    updatedAt: registry.updatedAt.toISOString(),
  };
}

function maintenanceAnswer({ until, message, startedBy, startedAt }: NonNullable<RegistryView['maintenance']>) {
  return { until: until.toISOString(), message, startedBy, startedAt: startedAt.toISOString() };
}

function instant(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}

function mutable(reason: RegistryView['scan']['reason']) {
  return reason && { ...reason, params: { ...reason.params } };
}

async function mapped<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw apiErrorOf(error) ?? error;
  }
}

function apiErrorOf(error: unknown): ApiError | undefined {
  if (error instanceof RegistryNotFoundError) return new ApiError('registry-not-found', error.message);
  if (error instanceof RegistryIdTakenError) return new ApiError('name-taken', error.message);
  if (error instanceof RegistryChangedError) return new ApiError('version-conflict', error.message);
  if (error instanceof RegistryManagedError) return new ApiError('registry-managed-by-configuration', error.message);
  if (error instanceof RegistryCollectingError) return new ApiError('collection-running', error.message);
  if (error instanceof RegistryInUseError) return new ApiError('registry-in-use', error.message);
  if (error instanceof RegistryAddressError) return new ApiError('registry-url-refused', error.message);
  if (error instanceof RegistryIsConsoleError) {
    return new ApiError('registry-is-console', error.message, {
      fields: [{ path: error.path, message: error.message }],
    });
  }
  if (error instanceof RegistryFieldError) {
    return new ApiError('request-invalid', error.message, { fields: [{ path: error.path, message: error.message }] });
  }
  if (error instanceof PasswordUnreadableError) {
    return new ApiError('request-invalid', error.message, { fields: [{ path: 'password', message: error.message }] });
  }
  return undefined;
}
