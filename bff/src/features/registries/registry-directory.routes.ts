import type { Router } from 'express';
import { isRegistryInScope } from '../../access/scope.ts';
import { listRegistryDirectory, type RegistryEntry } from '../../contract/registries.ts';
import { mountEndpoint } from '../../http/mount-endpoint.ts';
import type { RegistriesService } from './registries.service.ts';
import type { Registry } from './registry.ts';

/** What pages about tags need to know of the registries in which the caller may read something. */
export function mountRegistryDirectory(router: Router, registries: Pick<RegistriesService, 'listRegistries'>): void {
  mountEndpoint(router, listRegistryDirectory, async (_input, { access }) => {
    const scope = await access.scope('catalog.read');
    const showsHosts = (await access.decide('registry.read', undefined, false)).allowed;
    const listed = (await registries.listRegistries()).filter(({ id }) => isRegistryInScope(scope, id));
    return { items: listed.map((registry) => entryOf(registry, showsHosts)) };
  });
}

function entryOf(registry: Registry, showsHost: boolean): RegistryEntry {
  const { id, name, environment, position, health, pullHost, maintenance } = registry;
  return {
    id,
    name,
    environment,
    position,
    health,
    pullHost: showsHost ? pullHost : null,
    maintenance: maintenance && {
      until: maintenance.until.toISOString(),
      message: maintenance.message,
      startedBy: maintenance.startedBy,
      startedAt: maintenance.startedAt.toISOString(),
    },
  };
}
