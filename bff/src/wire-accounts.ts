import { createAccessTokensService } from './features/access-tokens/access-tokens.service.ts';
import { createAccessTokensStore, createPresentedTokensStore } from './features/access-tokens/access-tokens.store.ts';
import { accessTokensRoutes } from './features/access-tokens/access-tokens.routes.ts';
import { auditExportRoutes } from './features/audit/audit-export.routes.ts';
import { auditRoutes } from './features/audit/audit.routes.ts';
import { createAuditView } from './features/audit/audit.view.ts';
import { groupsRoutes } from './features/groups/groups.routes.ts';
import { createGroupsStore } from './features/groups/groups.store.ts';
import { createAccountsStore } from './features/session/accounts.store.ts';
import { generatePassword } from './features/session/generated-password.ts';
import { hashPassword } from './features/session/password-hash.ts';
import { settingsRoutes } from './features/settings/settings.routes.ts';
import { createSettingsStore } from './features/settings/settings.store.ts';
import { usersRoutes } from './features/users/users.routes.ts';
import { createUsersService } from './features/users/users.service.ts';
import { createUsersStore } from './features/users/users.store.ts';
import { createUsersView } from './features/users/users.view.ts';
import type { FeatureParts, Foundation } from './wire-foundation.ts';

/** People, their groups and tokens, what they did, and what holds for all of them. */
export function wireAccounts(foundation: Foundation) {
  const { database, announceAccess, publish, newId, clock, sessions, logger } = foundation;
  const { kysely } = database;
  const announceProject = (project: string) =>
    publish({ name: 'project', payload: { project, at: clock.now().toISOString() } });
  const accounts = createAccountsStore(kysely);
  const users = createUsersService({
    store: createUsersStore(kysely),
    makePassword: async () => {
      const password = generatePassword();
      return { password, hash: await hashPassword(password) };
    },
    setPassword: (userId, passwordHash) => accounts.setPassword(userId, passwordHash),
    announceAccess,
    announceProject,
    newId,
  });
  const accessTokens = createAccessTokensService({
    store: createAccessTokensStore(kysely),
    presented: createPresentedTokensStore(kysely),
    announceAccess,
    newId,
    onFault: (error) => logger.warn({ err: error }, 'The use of an access token could not be written down.'),
  });
  const auditView = createAuditView(kysely);
  const features: FeatureParts[] = [
    { router: usersRoutes(users, createUsersView(kysely)) },
    { router: groupsRoutes({ store: createGroupsStore(kysely), announceAccess, announceProject, newId }) },
    { router: accessTokensRoutes(accessTokens) },
    { router: auditRoutes(auditView) },
    { router: auditExportRoutes({ view: auditView, recheck: sessions.recheck, clock }) },
    { router: settingsRoutes({ store: createSettingsStore(kysely), announceAccess }) },
  ];
  return { accessTokens, features };
}
