import { projectOf } from './access/subject.ts';
import type { ImmutableRulesService } from './features/immutable-rules/immutable-rules.service.ts';
import { createPromotionPathsStore } from './features/promotions/promotion-paths.store.ts';
import { type BeforeSetting, promotionsRoutes } from './features/promotions/promotions.routes.ts';
import { PromotionsService } from './features/promotions/promotions.service.ts';
import { createPromotionsStore } from './features/promotions/promotions.store.ts';
import { createPromotionsView } from './features/promotions/promotions.view.ts';
import type { RegistriesService } from './features/registries/registries.service.ts';
import type { ReplicationService } from './features/replication/replication.service.ts';
import { isRegistryError } from './registry-client/index.ts';
import type { FeatureParts, Foundation } from './wire-foundation.ts';

/** A person waits for the answer. */
const askTimeoutMs = 5000;

export interface PromotionParts {
  readonly registries: Pick<RegistriesService, 'clientFor'>;
  readonly replication: Pick<ReplicationService, 'createPinned'>;
  readonly rules: Pick<ImmutableRulesService, 'findImmutable'>;
  readonly beforeSetting: BeforeSetting;
}

/** Tags on their way from environment to environment. */
export function wirePromotions(
  { database, access, publish, clock, newId }: Foundation,
  { registries, replication, rules, beforeSetting }: PromotionParts,
): FeatureParts {
  const view = createPromotionsView(database.kysely);
  const environmentOf = async (registryId: string) =>
    (await access.registries()).find((place) => place.registryId === registryId)?.environment;
  const promotions = new PromotionsService({
    store: createPromotionsStore(database.kysely),
    paths: createPromotionPathsStore(database.kysely),
    view,
    registries: access.registries,
    startCopies: (copies, { id, name }, alsoDo) => replication.createPinned(copies, { by: name, userId: id }, alsoDo),
    findDigest: async (registryId, repository, reference) => {
      try {
        const client = await registries.clientFor(registryId);
        const signal = AbortSignal.timeout(askTimeoutMs);
        const found = await client.headManifest(repository, reference, { signal });
        return found === undefined || found === 'not-modified' ? null : found.digest;
      } catch (error) {
        // Away, or too slow.
        if (isRegistryError(error) || (error instanceof DOMException && error.name === 'TimeoutError'))
          return undefined;
        throw error;
      }
    },
    findImmutable: async ({ registryId, repository, tag }) => {
      const environment = await environmentOf(registryId);
      if (environment === undefined) return undefined;
      const rule = await rules.findImmutable({ project: projectOf(repository), environment, repository, tag });
      return rule && `${rule.repositoryPattern}:${rule.tagPattern}`;
    },
    announce: (project, promotionId) =>
      publish({ name: 'promotion', payload: { project, promotionId, at: clock.now().toISOString() } }),
    announcePath: (project) => publish({ name: 'project', payload: { project, at: clock.now().toISOString() } }),
    newId,
  });
  return { router: promotionsRoutes({ promotions, view, beforeSetting }) };
}
