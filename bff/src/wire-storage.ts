import type { CatalogService } from './features/catalog/catalog.service.ts';
import { FiguresStore } from './features/storage/figures.store.ts';
import { MeasureStore } from './features/storage/measure.store.ts';
import { StorageClaimsStore } from './features/storage/storage-claims.store.ts';
import { StorageRunner } from './features/storage/storage-runner.ts';
import { storageRoutes } from './features/storage/storage.routes.ts';
import { StorageView } from './features/storage/storage.view.ts';
import { untaggedRoutes } from './features/storage/untagged.routes.ts';
import { UntaggedView } from './features/storage/untagged.view.ts';
import type { TrashService } from './features/trash/trash.service.ts';
import type { FeatureParts, Foundation } from './wire-foundation.ts';

export interface StorageParts {
  readonly trash: Pick<TrashService, 'deleteUntagged'>;
  readonly catalog: Pick<CatalogService, 'refreshManifest'>;
}

const hourMs = 3_600_000;

/** How many bytes are where, and what no tag reaches: docs/decisions/063-storage.md. */
export function wireStorage(foundation: Foundation, { trash, catalog }: StorageParts): FeatureParts[] {
  const { access, clock, config, database, logger, newId, publish } = foundation;
  const { kysely } = database;
  const claims = new StorageClaimsStore(kysely);
  const graceMs = config.storage.untaggedAfterHours * hourMs;
  const registries = () => access.registries();
  const runner = new StorageRunner({
    claims,
    measures: new MeasureStore(kysely),
    figures: new FiguresStore(kysely),
    graceMs,
    lookAt: (registryId, repository, digest) => catalog.refreshManifest(registryId, repository, digest),
    announce: (registryId) => publish({ name: 'storage', payload: { registryId, at: clock.now().toISOString() } }),
    owner: newId(),
    // The lock on its folder proves that every older worker is dead.
    isOnlyProcess: database.kind === 'embedded',
    onFault: (error) => logger.error({ err: error }, 'A registry’s bytes could not be measured.'),
  });
  const measure = async (registryIds: readonly string[]): Promise<void> => {
    await claims.ask(registryIds);
    runner.wake();
  };
  return [
    {
      router: storageRoutes({ view: new StorageView(kysely), registries, measure }),
      start: () => runner.start(),
      stop: () => runner.stop(),
    },
    {
      router: untaggedRoutes({
        view: new UntaggedView(kysely),
        registries,
        graceMs,
        putInTrash: (manifests, by) => trash.deleteUntagged(manifests, by),
      }),
    },
  ];
}
