import { useQuery } from '@tanstack/react-query';
import { listRegistryDirectory, type RegistryEntry } from 'bff/contract/registries';
import { useMemo } from 'react';
import { endpointQuery } from '../api/endpoint-query.ts';
import { useCan } from './account.ts';

export type KnownRegistry = RegistryEntry;

export interface RegistryDirectory {
  /** In the order of their environments; only those in whose environment the reader may see something. */
  readonly registries: readonly KnownRegistry[];
  /** A registry that is not listed is known by its id: a page about a tag is not broken by a missing right. */
  readonly find: (registryId: string) => KnownRegistry;
  /** The first of these that does not answer. */
  readonly findDown: (registryIds: readonly string[]) => KnownRegistry | undefined;
}

export const directoryQuery = () => endpointQuery(listRegistryDirectory, {});

/** What pages about tags need to know of registries. Empty, not an error, for those who may see nothing. */
export function useRegistryDirectory(): RegistryDirectory {
  const { data } = useQuery({ ...directoryQuery(), enabled: useCan('catalog.read') });
  return useMemo(() => createRegistryDirectory(data?.items ?? []), [data]);
}

export function createRegistryDirectory(registries: readonly RegistryEntry[]): RegistryDirectory {
  const byId = new Map(registries.map((registry) => [registry.id, registry]));
  return {
    registries,
    findDown: (registryIds) => registryIds.flatMap((id) => byId.get(id) ?? []).find(({ health }) => health === 'down'),
    find: (registryId) =>
      byId.get(registryId) ?? {
        id: registryId,
        name: registryId,
        environment: registryId,
        position: 0,
        health: 'unknown',
        pullHost: null,
        maintenance: null,
      },
  };
}
