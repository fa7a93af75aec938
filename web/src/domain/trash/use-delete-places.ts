import { canAt, useProjectAccess } from '../project-access.ts';
import { useRegistryDirectory } from '../registry-directory.ts';

/** Of these registries those in which the reader may delete from a project. None while it is not known. */
export function useDeletePlaces(project: string, registryIds: readonly string[]): readonly string[] {
  const access = useProjectAccess(project);
  const directory = useRegistryDirectory();
  return registryIds.filter((registryId) => canAt(access, 'artifact.delete', directory.find(registryId).environment));
}
