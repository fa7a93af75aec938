import { useQuery } from '@tanstack/react-query';
import { listRegistries, type Registry } from 'bff/contract/registries';
import { useMemo } from 'react';
import { endpointQuery } from '../api/endpoint-query.ts';

export interface KnownRegistry {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly health: Registry['health'];
  /** Null where the caller may not see it. */
  readonly pullHost: string | null;
  readonly endpointUrls: readonly string[];
}

export interface RegistryDirectory {
  /** In the order of their environments. */
  readonly registries: readonly KnownRegistry[];
  /** A registry that is not listed is known by its id: a page about a tag is not broken by a missing right. */
  readonly find: (registryId: string) => KnownRegistry;
}

/** What pages about tags need to know of registries. Empty, not an error, for those who may not list them. */
export function useRegistryDirectory(): RegistryDirectory {
  const { data } = useQuery(endpointQuery(listRegistries, {}));
  return useMemo(() => createRegistryDirectory(data?.items ?? []), [data]);
}

export function createRegistryDirectory(
  items: readonly Pick<Registry, 'id' | 'name' | 'environment' | 'health' | 'pullHost' | 'endpoints'>[],
): RegistryDirectory {
  const registries = items.map(
    ({ id, name, environment, health, pullHost, endpoints }): KnownRegistry => ({
      id,
      name,
      environment,
      health,
      pullHost,
      endpointUrls: endpoints.map(({ url }) => url),
    }),
  );
  const byId = new Map(registries.map((registry) => [registry.id, registry]));
  return {
    registries,
    find: (registryId) =>
      byId.get(registryId) ?? {
        id: registryId,
        name: registryId,
        environment: registryId,
        health: 'unknown',
        pullHost: null,
        endpointUrls: [],
      },
  };
}
