import {
  asksFor,
  compilePlan,
  type CompiledPlan,
  type Judgement,
  judgeTags,
  RetentionFieldError,
} from './judge-tags.ts';
import type { CatalogTag, LeftOut, RetentionContent } from './retention.ts';
import type { RegistryStanding, RetentionFactsView } from './retention-facts.view.ts';
import { leaving } from './retention-reasons.ts';
import type { StoredPlans } from './retention-plans.store.ts';

export interface RetentionQuestion {
  readonly project: string;
  readonly environment: string | null;
  readonly content: RetentionContent;
  /** Null: a plan that is not there yet. */
  readonly planId: string | null;
}

export interface Evaluation extends Judgement {
  readonly leftOut: readonly LeftOut[];
  /** Whether any registry could be looked at. */
  readonly isAnythingRead: boolean;
  /** When the registry was read last that was read longest ago; null where none was. */
  readonly asOf: Date | null;
  /** Of the registries that were looked at, where a rule asks for pulls. */
  readonly pulls: ReadonlyArray<Pick<RegistryStanding, 'id' | 'pullsWatchedSince' | 'isTellingPulls'>>;
}

export interface EvaluatorDeps {
  readonly facts: RetentionFactsView;
  readonly plans: Pick<StoredPlans, 'list'>;
  /** The rule that makes a tag immutable, in words. */
  readonly findImmutable: (
    tag: Pick<CatalogTag, 'environment' | 'repository' | 'name'> & { readonly project: string },
  ) => Promise<string | undefined>;
}

export type Evaluate = (question: RetentionQuestion) => Promise<Evaluation>;

/** What rules would do today, from the catalog, and only from what is surely as the registries are. */
export function createEvaluator({ facts, plans, findImmutable }: EvaluatorDeps): Evaluate {
  return async ({ project, environment, content, planId }) => {
    const plan = compilePlan(project, { environment, ...content });
    const [registries, others, now] = await Promise.all([
      facts.listRegistries(),
      otherPlans(plans, project, planId),
      facts.now(),
    ]);
    const ofPlan = registries.filter((one) => environment === null || one.environment === environment);
    const unknown = new Map(registries.flatMap((one) => reasonsOf(one).map((reason) => [one.id, reason] as const)));
    const read = ofPlan.filter(({ id }) => !unknown.has(id));
    const usesMatter = asksFor([plan, ...others], 'used-elsewhere');
    const [tags, uses] = await Promise.all([
      facts.listTags(
        project,
        read.map(({ id }) => id),
      ),
      usesMatter ? facts.listUses(project) : new Map<string, string[]>(),
    ]);
    const judgement = await judgeTags({
      plan,
      others,
      tags,
      nowMs: now.getTime(),
      environmentsOf: uses,
      isUnknownBeside: (own) => registries.some((one) => one.environment !== own && unknown.has(one.id)),
      findImmutable: (tag) => findImmutable({ ...tag, project }),
    });
    const scans = read.flatMap(({ scannedAt }) => scannedAt?.getTime() ?? []);
    return {
      ...judgement,
      leftOut: ofPlan.flatMap(({ id }) => {
        const reason = unknown.get(id);
        return reason === undefined ? [] : [{ registryId: id, reason }];
      }),
      isAnythingRead: read.length > 0,
      asOf: scans.length === 0 ? null : new Date(Math.min(...scans)),
      pulls: asksFor([plan], 'pulled-within') ? read : [],
    };
  };
}

/** Why nothing is concluded from what is known of it; empty where all is well. */
function reasonsOf(registry: RegistryStanding) {
  const { name, scannedAt, isScanFailed, scanReason, isAnswering, isFresh } = registry;
  if (!isAnswering) return [leaving.unreachable(name)];
  if (isScanFailed) return [leaving.scanFailed(name, scanReason?.sentence ?? '')];
  if (scannedAt === null) return [leaving.neverScanned(name)];
  return isFresh ? [] : [leaving.scanOld(name)];
}

/** What cannot be used keeps nothing: it was checked when it was saved. */
async function otherPlans(
  plans: Pick<StoredPlans, 'list'>,
  project: string,
  planId: string | null,
): Promise<CompiledPlan[]> {
  const all = await plans.list(project);
  return all
    .filter(({ id, isEnabled }) => isEnabled && id !== planId)
    .flatMap((plan) => {
      try {
        return [compilePlan(project, plan)];
      } catch (error) {
        if (error instanceof RetentionFieldError) return [];
        throw error;
      }
    });
}
