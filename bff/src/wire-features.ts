import { createAccountsStore } from './features/session/accounts.store.ts';
import { sessionRoutes } from './features/session/session.routes.ts';
import { createSessionService, type FirstAdministrator, localPasswords } from './features/session/session.service.ts';
import { createSignInLimits } from './features/session/sign-in-limits.ts';
import type { TokenService } from './features/token-service/token-service.service.ts';
import { wireAccounts } from './wire-accounts.ts';
import { wireCatalog } from './wire-catalog.ts';
import { wireCollections } from './wire-collections.ts';
import type { FeatureParts, Foundation } from './wire-foundation.ts';
import { wireGateway } from './wire-gateway.ts';
import { wireMembers } from './wire-members.ts';
import { wirePolicies } from './wire-policies.ts';
import { wireOperations } from './wire-operations.ts';
import { wirePulls } from './wire-pulls.ts';
import { wirePromotions } from './wire-promotions.ts';
import { wireNotices } from './wire-notices.ts';
import { wireRegistries } from './wire-registries.ts';
import { wireOldExecutions, wireReplication } from './wire-replication.ts';
import { wireRetention } from './wire-retention.ts';
import { wireStorage } from './wire-storage.ts';
import { wireTrash } from './wire-trash.ts';
import { wireTokenService } from './wire-token-service.ts';

export interface WiredFeatures {
  readonly administrator: FirstAdministrator;
  /** Started in this order and stopped together. */
  readonly features: readonly FeatureParts[];
}

/** The parts list: every feature is built once, here, from the foundation and from the features it may know. */
export async function wireFeatures(foundation: Foundation): Promise<WiredFeatures> {
  const { config } = foundation;
  const session = wireSession(foundation);
  const administrator = await session.service.ensureAdministrator(config.admin.password?.reveal() ?? null);
  const userAgent = userAgentOf(foundation.version);
  // Built later, because the catalog reads through the registries.
  const later: { requestScan?: (registryId: string, requestedBy: 'person' | 'schedule') => Promise<void> } = {};
  const tokenService: { tokens?: TokenService } = {};
  const tokens = () => tokenService.tokens ?? notYet();
  const registries = wireRegistries(foundation, {
    userAgent,
    requestScan: async (registryId, requestedBy) => later.requestScan?.(registryId, requestedBy),
    mintForRegistry: async (registryId, scopes) => tokens().mintForRegistry(registryId, scopes),
    tokenTrust: async () => tokens().trust(),
  });
  const pulls = wirePulls(foundation);
  const catalog = wireCatalog(foundation, registries.registries, pulls, userAgent);
  later.requestScan = (registryId, requestedBy) => catalog.catalog.requestScan(registryId, requestedBy);
  const accounts = wireAccounts(foundation);
  const registryTokens = wireTokenService(foundation, {
    registries: registries.registries,
    limits: session.limits,
    authenticateAccessToken: (username, secret, address) =>
      accounts.accessTokens.authenticate(username, secret, address),
  });
  tokenService.tokens = registryTokens.tokens;
  const members = wireMembers(foundation);
  const trash = wireTrash(foundation, { registries: registries.registries, catalog: catalog.catalog, ...members });
  const gateway = wireGateway(foundation, {
    credentials: registryTokens.tokens,
    registries: registries.registries,
    catalog: catalog.catalog,
    findImmutable: async (place) => {
      const rule = await members.rules.findImmutable(place);
      return rule && { name: `${rule.repositoryPattern}:${rule.tagPattern}` };
    },
    tagLeases: members.tagLeases,
    trash: trash.frontDoor,
    pulls,
    userAgent,
  });
  return {
    administrator,
    features: [
      session,
      ...accounts.features,
      registries,
      ...registryTokens.features,
      ...catalog.features,
      { start: () => pulls.start(), stop: () => pulls.stop() },
      ...members.features,
      gateway,
      ...wireCopies(foundation, registries.registries, catalog.catalog, members, trash),
      wireNotices(foundation, userAgent),
      wireCollections(foundation, registries.registries, catalog.catalog),
      wireRetention(foundation, { rules: members.rules, ...trash }),
      ...wireStorage(foundation, { trash: trash.trash, catalog: catalog.catalog }),
    ],
  };
}

/** Whatever moves artifacts between registries. */
function wireCopies(
  foundation: Foundation,
  registries: ReturnType<typeof wireRegistries>['registries'],
  catalog: ReturnType<typeof wireCatalog>['catalog'],
  members: ReturnType<typeof wireMembers>,
  trash: ReturnType<typeof wireTrash>,
): FeatureParts[] {
  const { moveToTrash, beforeSetting } = trash;
  const replication = wireReplication(foundation, registries, catalog, { ...members, moveToTrash, beforeSetting });
  return [
    trash,
    replication,
    wireOldExecutions(foundation),
    wirePolicies(foundation, registries, replication),
    wireOperations(foundation, replication.replication, registries),
    wirePromotions(foundation, {
      registries,
      replication: replication.replication,
      rules: members.rules,
      beforeSetting,
    }),
  ];
}

/** Of our own requests to registries: the catalog recognises them in a registry's notifications. */
function userAgentOf(version: string): string {
  return `longshore/${version}`;
}

function wireSession({ database, metrics, newId, redis, version, announceAccess }: Foundation) {
  const accounts = createAccountsStore(database.kysely);
  const limits = createSignInLimits(redis?.client ?? null);
  const service = createSessionService({
    accounts,
    authenticators: [localPasswords(accounts)],
    limits,
    newId,
  });
  const router = sessionRoutes({ service, version, countSignIn: metrics.countSignIn, announceAccess });
  return { service, limits, router };
}

function notYet(): never {
  throw new Error('The token service is not built yet.');
}
