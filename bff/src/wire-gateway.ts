import type { RegistryCredentials } from './access/credentials.ts';
import { decideAt } from './access/decide.ts';
import { projectOf } from './access/subject.ts';
import type { CatalogService } from './features/catalog/catalog.service.ts';
import { TagBusyError, type TagLeases } from './features/immutable-rules/tag-leases.ts';
import { RegistryNotFoundError, type RegistriesService } from './features/registries/registries.service.ts';
import type { PullRecorder } from './features/retention/pull-recorder.ts';
import { createFrontDoorCatalogView } from './features/repositories/front-door-catalog.view.ts';
import { OpenWritesStore } from './features/collections/open-writes.store.ts';
import { createFrontDoor } from './gateway/front-door.ts';
import type { CatalogPage, FrontDoorDeps, FrontDoorRegistry, ManifestChange } from './gateway/front-door-deps.ts';
import type { FindImmutable } from './gateway/immutable-tags.ts';
import { OpenWrites } from './gateway/open-writes.ts';
import { OciError } from './gateway/oci-error.ts';
import type { PlaceName } from './gateway/request-target.ts';
import { parseFullName } from './gateway/request-target.ts';
import { publicOriginFinder } from './http/public-origin.ts';
import type { FeatureParts, Foundation } from './wire-foundation.ts';

export interface GatewayWiring {
  readonly credentials: RegistryCredentials;
  readonly registries: Pick<RegistriesService, 'findRegistry' | 'clientFor'>;
  readonly catalog: Pick<CatalogService, 'refreshTag' | 'refreshManifest'>;
  readonly findImmutable: FindImmutable;
  readonly tagLeases: TagLeases;
  readonly trash: Pick<FrontDoorDeps, 'moveToTrash' | 'isInTrash'>;
  readonly pulls: Pick<PullRecorder, 'note'>;
  readonly userAgent: string;
}

/** What changes who may do what, or where a registry is. */
const changes: ReadonlySet<string> = new Set(['access', 'registry', 'project', 'reset']);
const candidatesAtOnce = 1000;
const placeActions = { pull: 'artifact.pull', push: 'artifact.push', delete: 'artifact.delete' } as const;

/** `/v2/`: every registry behind one address. */
export function wireGateway(foundation: Foundation, wiring: GatewayWiring): FeatureParts {
  const { access, bus, clock, config, logger, metrics, recordAudit } = foundation;
  const { credentials, findImmutable, tagLeases, userAgent } = wiring;
  const unsubscribe: Array<() => void> = [];
  const registries = keptRegistries(foundation, wiring);
  const openWrites = openWritesOf(foundation);
  const door = createFrontDoor({
    credentials,
    decide: async (subject, action, place) => {
      const environment = await environmentOf(foundation, place);
      const { repository } = place;
      // Nobody holds anything in a registry that does not exist, and nobody learns which that is.
      if (environment === undefined) return { allowed: false, code: 'hidden', sentence: '', needed: null };
      const where = { project: projectOf(repository), environment, repository };
      return decideAt(subject, placeActions[action], where, await access.projects());
    },
    findRegistry: registries.find,
    listRepositories: repositoriesIn(foundation, credentials),
    noteWrite: (registryId, response) => openWrites.note(registryId, response),
    findImmutable,
    holdTag: (tag, move) =>
      tagLeases.hold(tag, move).catch((error: unknown) => {
        if (!(error instanceof TagBusyError)) throw error;
        throw new OciError(503, 'UNAVAILABLE', error.message, { headers: { 'retry-after': '5' } });
      }),
    moveToTrash: wiring.trash.moveToTrash,
    isInTrash: wiring.trash.isInTrash,
    notePull: ({ registryId, repository, digest }) => wiring.pulls.note({ registryId, repository, digest }),
    noteManifest: noteManifestIn(foundation, wiring),
    recordAudit,
    onAccessChanged: (listener) => {
      const onEvent: Parameters<typeof bus.subscribeAtOnce>[0] = (numbered) => {
        if (numbered !== null && !changes.has(numbered.event.name)) return;
        registries.forget();
        listener();
      };
      unsubscribe.push(bus.subscribeAtOnce(onEvent));
    },
    publicOriginOf: publicOriginFinder(config.server),
    secret: config.secrets.session.reveal(),
    proxyKey: config.secrets.proxyKey?.reveal() ?? null,
    userAgent,
    clock,
    logger,
    metrics,
  });
  return {
    frontDoor: door.handler,
    start: () => openWrites.start(),
    stop: async () => {
      await openWrites.stop();
      for (const end of unsubscribe) end();
      door.close();
    },
  };
}

/** A request that was being written when a maintenance began gets so long. */
const cutAfterMs = 120_000;

function openWritesOf({ database, logger, newId }: Foundation): OpenWrites {
  const store = new OpenWritesStore(database.kysely);
  const instanceId = newId();
  return new OpenWrites({
    report: (open) => store.report(instanceId, open),
    cutAfterMs,
    onFault: (error) => logger.warn({ err: error }, 'What is being pushed could not be told to the other instances.'),
  });
}

async function environmentOf({ access }: Foundation, { registryId }: PlaceName): Promise<string | undefined> {
  return (await access.registries()).find((place) => place.registryId === registryId)?.environment;
}

/** Changes are announced; this is for an announcement that got lost. */
const keptMs = 5000;

/** Asked with every request, changed now and then. */
function keptRegistries({ clock }: Foundation, wiring: GatewayWiring) {
  const kept = new Map<string, { readonly found: Promise<FrontDoorRegistry | undefined>; readonly untilMs: number }>();
  return {
    forget: () => kept.clear(),
    find: (registryId: string): Promise<FrontDoorRegistry | undefined> => {
      const nowMs = clock.now().getTime();
      const held = kept.get(registryId);
      if (held !== undefined && nowMs < held.untilMs) return held.found;
      const found = findRegistryIn(wiring, registryId);
      const reading = { found, untilMs: nowMs + keptMs };
      kept.set(registryId, reading);
      // Neither a failure nor a name that somebody made up is kept.
      const drop = () => void (kept.get(registryId) === reading && kept.delete(registryId));
      found.then((registry) => void (registry ?? drop()), drop);
      return found;
    },
  };
}

async function findRegistryIn(
  { registries }: GatewayWiring,
  registryId: string,
): Promise<FrontDoorRegistry | undefined> {
  const registry = await registries.findRegistry(registryId);
  if (registry === undefined) return undefined;
  try {
    const client = await registries.clientFor(registryId);
    return { name: registry.name, environment: registry.environment, maintenance: registry.maintenance, client };
  } catch (error) {
    // Removed between the two questions.
    if (error instanceof RegistryNotFoundError) return undefined;
    throw error;
  }
}

/** Looks through all repositories for those that the subject may pull, robots included, until the page is full. */
function repositoriesIn({ database }: Foundation, credentials: RegistryCredentials) {
  const list = createFrontDoorCatalogView(database.kysely);
  return async ({ subject, only, after, limit }: CatalogPage): Promise<string[]> => {
    const found: string[] = [];
    let position = after === null ? null : (parseFullName(after) ?? null);
    for (;;) {
      const rows = await list(position, candidatesAtOnce);
      for (const { registryId, repository } of rows) {
        const name = `${registryId}/${repository}`;
        if (only !== null && !only.includes(name)) continue;
        if (!(await credentials.grantsAt(subject, registryId, repository)).includes('pull')) continue;
        found.push(name);
        if (found.length === limit) return found;
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < candidatesAtOnce) return found;
      position = { ...last, fullName: '' };
    }
  };
}

/** At once, not with the registry's notification, which may never come and does not know who it was. */
function noteManifestIn({ logger }: Foundation, { catalog }: GatewayWiring): (change: ManifestChange) => void {
  const tell = async ({ registryId, repository, tag, digest, actor }: ManifestChange): Promise<void> => {
    if (tag !== null) await catalog.refreshTag(registryId, repository, tag, { how: 'push', actor });
    else await catalog.refreshManifest(registryId, repository, digest);
  };
  return (change) => {
    tell(change).catch((error: unknown) =>
      logger.warn({ err: error }, 'The catalog could not follow a push at the front door; its scan will.'),
    );
  };
}
