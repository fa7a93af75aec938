import { projectOf } from './access/subject.ts';
import type { CatalogService } from './features/catalog/catalog.service.ts';
import type { RegistriesService } from './features/registries/registries.service.ts';
import { TrashAnnouncements } from './features/trash/announcements.ts';
import { createCopiedBackView } from './features/policies/copied-back.view.ts';
import { createPolicyCautions } from './features/policies/policy-cautions.ts';
import { createPolicyEffectsView } from './features/policies/policy-effects.view.ts';
import { copyCautions } from './features/trash/copy-cautions.ts';
import { createHiddenManifests } from './features/trash/hidden-manifests.service.ts';
import { createHiddenManifestsView } from './features/trash/hidden-manifests.view.ts';
import { type FollowedPolicy, auditedName } from './features/trash/trash.ts';
import { TrashClaimsStore } from './features/trash/trash-claims.store.ts';
import type { TrashNews } from './features/trash/trash-work.ts';
import { TrashRunner, type TrashRunnerDeps } from './features/trash/trash-runner.ts';
import { TrashSelectionView } from './features/trash/trash-selection.view.ts';
import { trashRoutes } from './features/trash/trash.routes.ts';
import { TrashService } from './features/trash/trash.service.ts';
import { TrashStore } from './features/trash/trash.store.ts';
import { createTrashView } from './features/trash/trash.view.ts';
import type { Foundation } from './wire-foundation.ts';
import type { TagRules } from './wire-replication.ts';
import { frontDoor, policyDoor } from './wire-trash-doors.ts';

/** Tells the other instances; whoever does not hear it looks by itself. */
const channel = 'longshore_trash';
/** Nobody waits for the answer: whoever is at the repository finishes first. */
const patienceMs = 600_000;

export interface TrashParts extends TagRules {
  readonly registries: Pick<RegistriesService, 'clientFor'>;
  readonly catalog: Pick<CatalogService, 'noteRemoved' | 'refreshTags' | 'refreshManifest'>;
}

/** Deleted is hidden and kept: docs/decisions/060-trash.md. */
export function wireTrash(foundation: Foundation, parts: TrashParts) {
  const { database, logger, newId } = foundation;
  const announcements = announcementsOver(foundation);
  const onFault = (error: unknown) => logger.error({ err: error }, 'Something went wrong behind the trash.');
  let unlisten = () => Promise.resolve();
  const store = new TrashStore(database.kysely);
  const findImmutable = ruleFinder(foundation, parts);
  const cautions = cautionsOver(foundation, parts, findImmutable);
  const runner = new TrashRunner({
    claims: new TrashClaimsStore(database.kysely),
    store,
    clientFor: (registryId) => parts.registries.clientFor(registryId),
    findImmutable,
    news: newsOver(foundation, parts, (item) => {
      trash.noteEnded(item.id);
      announcements.note(item);
    }),
    holdRepository: (place, work, signal) =>
      parts.tagLeases.hold(
        { ...place, tag: null },
        { decide: () => Promise.resolve(), move: work, hasEnded: () => true, signal },
        patienceMs,
      ),
    onExpired: expiredOver(foundation, announcements),
    owner: newId(),
    // The lock on its folder proves that every older worker is dead.
    isOnlyProcess: database.kind === 'embedded',
    random: Math.random,
    onFault,
  });
  const trash = new TrashService({
    store,
    selections: new TrashSelectionView(database.kysely),
    findImmutable,
    wake: () => wakeAll(database, runner, onFault),
    onAsked: (changed) => announcements.note(changed),
    newId,
  });
  return {
    trash,
    moveToTrash: policyDoor(trash),
    frontDoor: {
      moveToTrash: frontDoor(trash),
      isInTrash: createHiddenManifests({ view: createHiddenManifestsView(database.kysely), findImmutable }),
    },
    ...cautions,
    router: trashRoutes({ trash, view: createTrashView(database.kysely), ...cautions }),
    start: async () => {
      await runner.start();
      if (database.kind === 'embedded') return;
      const wake = () => runner.wake();
      unlisten = await database.listen(channel, wake, { onGap: wake });
    },
    stop: async () => {
      await unlisten();
      await runner.stop();
      announcements.close();
    },
  };
}

async function wakeAll(database: Foundation['database'], runner: TrashRunner, onFault: (error: unknown) => void) {
  runner.wake();
  // A call that is lost costs the others two seconds at most.
  if (database.kind !== 'embedded') await database.notify(channel, '').catch(onFault);
}

/** What to know of policies before something is deleted, or set to something else. */
function cautionsOver(
  { database }: Foundation,
  { registries }: TrashParts,
  findImmutable: ReturnType<typeof ruleFinder>,
) {
  const nameOf = async (registryId: string) => (await registries.clientFor(registryId)).name;
  const effects = createPolicyEffectsView(database.kysely);
  const { beforeDeleting, beforeSetting } = createPolicyCautions({ effects, nameOf, findImmutable });
  const findCopiedBack = createCopiedBackView(database.kysely);
  return { findCopyCautions: copyCautions({ findCopiedBack, nameOf, beforeDeleting }), beforeSetting };
}

function announcementsOver({ clock, publish }: Foundation): TrashAnnouncements {
  return new TrashAnnouncements((changed) =>
    publish({ name: 'trash', payload: { ...changed, at: clock.now().toISOString() } }),
  );
}

function expiredOver(foundation: Foundation, announcements: TrashAnnouncements): TrashRunnerDeps['onExpired'] {
  return async (items) => {
    for (const item of items) {
      announcements.note(item);
      await recordSystem(foundation, item, 'done', null);
    }
  };
}

function ruleFinder({ access }: Foundation, { rules }: TagRules) {
  return async ({ registryId, repository, tag }: { registryId: string; repository: string; tag: string }) => {
    const places = await access.registries();
    const environment = places.find((place) => place.registryId === registryId)?.environment;
    if (environment === undefined) return undefined;
    const rule = await rules.findImmutable({ project: projectOf(repository), environment, repository, tag });
    return rule && `${rule.repositoryPattern}:${rule.tagPattern}`;
  };
}

function newsOver(
  foundation: Foundation,
  { catalog }: TrashParts,
  tell: (item: Parameters<TrashNews['ended']>[0]) => void,
): TrashNews {
  return {
    removed: ({ registryId, repository }, removed) => catalog.noteRemoved(registryId, repository, removed),
    restored: async ({ registryId, repository }, { tags, digest, afterMs, actor }) => {
      const how = { how: 'restore', ...(actor === null ? {} : { actor }) } as const;
      if (tags.length > 0) {
        await catalog.refreshTags(
          registryId,
          repository,
          tags.map((tag) => ({ tag, ...how, seen: { digest, afterMs } })),
        );
      } else await catalog.refreshManifest(registryId, repository, digest);
    },
    ended: (item, end) => {
      tell(item);
      // The catalog did not know; nobody else would tell it.
      if (end.state === 'refused' && item.why === 'untagged' && item.digest !== null) {
        void catalog.refreshManifest(item.registryId, item.repository, item.digest).catch(() => undefined);
      }
      // What a person asked for is in the log by the request itself; here is what that could not know.
      if (end.state === 'refused') void recordSystem(foundation, item, 'failed', end.reason.sentence);
      else if (end.state === 'deleted' && item.why !== 'person') void recordSystem(foundation, item, 'done', null);
    },
  };
}

interface Recorded {
  readonly registryId: string;
  readonly project: string;
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string | null;
  readonly state?: string;
  readonly deletedBy?: string | null;
  readonly policy?: FollowedPolicy | null;
}

/** What a policy of another project is called is not for this one's log. */
function actorOf({ project, policy, deletedBy }: Recorded): string {
  if (deletedBy != null) return deletedBy;
  if (policy == null) return 'trash';
  return projectOf(policy.sourceRepository) === project ? policy.name : 'policy';
}

const actions: Readonly<Record<string, string>> = { deleting: 'deleteToTrash', restoring: 'restoreFromTrash' };

async function recordSystem(
  { access, recordAudit }: Foundation,
  item: Recorded,
  outcome: 'done' | 'failed',
  reason: string | null,
): Promise<void> {
  const places = await access.registries();
  await recordAudit({
    actor: { kind: 'system', id: null, name: actorOf(item) },
    address: null,
    action: actions[item.state ?? ''] ?? 'purgeFromTrash',
    outcome,
    project: item.project,
    environment: places.find(({ registryId }) => registryId === item.registryId)?.environment ?? null,
    target: auditedName(item),
    reason,
    before: { digest: item.digest },
    after: null,
    requestId: null,
  });
}
