import type { RegistriesService } from './features/registries/registries.service.ts';
import { createSecretSealer } from './features/registries/sealed-secret.ts';
import { robotsRoutes } from './features/robots/robots.routes.ts';
import { createRobotsService } from './features/robots/robots.service.ts';
import { createRobotsStore } from './features/robots/robots.store.ts';
import { createAccountsStore } from './features/session/accounts.store.ts';
import { localPasswords, type SignInLimits } from './features/session/session.service.ts';
import type { AuthenticateAccessToken } from './features/token-service/credential-check.ts';
import { createSigningKeysStore } from './features/token-service/signing-keys.store.ts';
import { createSigningKeys } from './features/token-service/signing-keys.ts';
import { signingKeysRoutes } from './features/token-service/signing-keys.routes.ts';
import { tokenServiceRoutes } from './features/token-service/token-service.routes.ts';
import { createTokenService } from './features/token-service/token-service.service.ts';
import type { FeatureParts, Foundation } from './wire-foundation.ts';

export interface TokenServiceWiring {
  readonly registries: RegistriesService;
  /** The same that count at sign-in. */
  readonly limits: SignInLimits;
  readonly authenticateAccessToken: AuthenticateAccessToken;
}

/** Robot accounts, and the tokens with which everybody reaches a registry. */
export function wireTokenService(foundation: Foundation, wiring: TokenServiceWiring) {
  const { config, database, bus, clock, logger, newId, access, announceAccess, publish, recordAudit } = foundation;
  const { kysely } = database;
  const robots = createRobotsService({
    store: createRobotsStore(kysely),
    newId,
    clock,
    onFault: (error) => logger.warn({ err: error }, 'When a robot account was last used could not be written.'),
  });
  const accounts = createAccountsStore(kysely);
  const sealer = createSecretSealer([Buffer.from(config.secrets.encryptionKey.reveal(), 'base64')]);
  const tokens = createTokenService({
    passwords: { ...localPasswords(accounts), findById: (accountId) => accounts.findById(accountId) },
    robots,
    accessTokens: wiring.authenticateAccessToken,
    rowsOf: access.rowsOf,
    projects: access.projects,
    allowsAnonymous: access.allowsAnonymous,
    listRegistries: wiring.registries.listRegistries,
    limits: wiring.limits,
    keys: createSigningKeys({ store: createSigningKeysStore(kysely), sealer, clock }),
    recordAudit,
    clock,
  });
  const unsubscribe = bus.subscribeAtOnce((numbered) => {
    const name = numbered?.event.name ?? 'reset';
    if (name === 'registry' || name === 'project') tokens.forget('places');
    else if (name === 'access' || name === 'reset') tokens.forget('everything');
  });
  const publishProject = (project: string) =>
    publish({ name: 'project', payload: { project, at: clock.now().toISOString() } });
  const features: FeatureParts[] = [
    { router: robotsRoutes({ robots, announceAccess, publishProject }) },
    {
      outside: tokenServiceRoutes(tokens),
      router: signingKeysRoutes({ tokens, announceAccess }),
      stop: unsubscribe,
    },
  ];
  return { tokens, robots, features };
}
