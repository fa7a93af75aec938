import type { Permission } from 'bff/contract/permissions';
import { type ComponentType, lazy } from 'react';
import { createBrowserRouter, redirect, type RouteObject } from 'react-router';
import { AppShell } from './app/AppShell.tsx';
import { NotFoundPage } from './app/NotFoundPage.tsx';
import { PermissionGate } from './app/PermissionGate.tsx';
import { RouteError } from './app/RouteError.tsx';
import { SignInGate } from './app/SignInGate.tsx';
import { loadText } from './i18n/i18n.ts';
import { paths } from './paths.ts';

const SearchPalette = lazy(async () => {
  const [found] = await Promise.all([import('./features/search/SearchPalette.tsx'), loadText('search')]);
  return { default: found.SearchPalette };
});

/**
 * A page in its own file, fetched when it is first shown, and together with it the words it needs. Where everything on it
 * needs a right, `permission` says which; the others narrow what they show to what the reader may see.
 */
function page(
  path: string,
  words: readonly string[],
  load: () => Promise<ComponentType>,
  permission?: Permission,
): RouteObject {
  return {
    path,
    ErrorBoundary: RouteError,
    loader: async () => {
      await Promise.all(words.map(loadText));
      return null;
    },
    lazy: async () => {
      const Content = await load();
      if (permission === undefined) return { Component: Content };
      return {
        element: (
          <PermissionGate permission={permission}>
            <Content />
          </PermissionGate>
        ),
      };
    },
  };
}

const home = [
  page('/', ['home'], async () => (await import('./features/home/HomePage.tsx')).HomePage),
  page(
    '/me',
    ['session', 'access-tokens'],
    async () => {
      const [{ AccountPage }, { AccessTokens }] = await Promise.all([
        import('./features/session/AccountPage.tsx'),
        import('./features/access-tokens/AccessTokens.tsx'),
      ]);
      return () => (
        <AccountPage>
          <AccessTokens />
        </AccountPage>
      );
    },
    'signed-in',
  ),
];

/** Addresses that people get by cutting the end off another. */
const cutShort = ['repositories', 'artifacts', 'compare', 'history'].map((section) => ({
  path: `/projects/:project/${section}`,
  loader: ({ params: { project = '' } }) => redirect(paths.project(project, { view: 'repositories' })),
})) satisfies RouteObject[];

const projects = [
  ...cutShort,
  page(
    '/projects',
    ['projects', 'project-frame'],
    async () => (await import('./features/projects/ProjectsPage.tsx')).ProjectsPage,
  ),
  page(
    '/projects/:project',
    ['projects', 'project-frame', 'reasons'],
    async () => (await import('./features/projects/ProjectPage.tsx')).ProjectPage,
  ),
  page(
    '/projects/:project/members',
    ['members', 'project-frame'],
    async () => (await import('./features/members/MembersPage.tsx')).MembersPage,
  ),
  page(
    '/projects/:project/robots',
    ['robots', 'project-frame'],
    async () => (await import('./features/robots/ProjectRobotsPage.tsx')).ProjectRobotsPage,
  ),
  page(
    '/projects/:project/promotions',
    ['promotions', 'project-frame', 'reasons'],
    async () => (await import('./features/promotions/PromotionsPage.tsx')).PromotionsPage,
  ),
  page(
    '/projects/:project/retention',
    ['retention', 'project-frame', 'reasons'],
    async () => (await import('./features/retention/RetentionPage.tsx')).RetentionPage,
  ),
  page(
    '/projects/:project/retention/new',
    ['retention', 'project-frame', 'reasons'],
    async () => (await import('./features/retention/RetentionEditorPage.tsx')).NewRetentionPlanPage,
  ),
  page(
    '/projects/:project/retention/plans/:planId',
    ['retention', 'project-frame', 'reasons'],
    async () => (await import('./features/retention/RetentionEditorPage.tsx')).EditRetentionPlanPage,
  ),
  page(
    '/projects/:project/retention/runs/:runId',
    ['retention', 'project-frame', 'reasons'],
    async () => (await import('./features/retention/RetentionRunPage.tsx')).RetentionRunPage,
  ),
  page(
    '/projects/:project/trash',
    ['trash', 'project-frame', 'reasons'],
    async () => (await import('./features/trash/ProjectTrashPage.tsx')).ProjectTrashPage,
  ),
  page(
    '/projects/:project/storage',
    ['storage', 'project-frame'],
    async () => (await import('./features/storage/ProjectStoragePage.tsx')).ProjectStoragePage,
  ),
  page(
    '/projects/:project/activity',
    ['audit-log', 'project-frame'],
    async () => (await import('./features/audit/ProjectActivityPage.tsx')).ProjectActivityPage,
  ),
  page(
    '/projects/:project/notices',
    ['notices', 'project-frame'],
    async () => (await import('./features/notices/ProjectNoticesPage.tsx')).ProjectNoticesPage,
  ),
  page(
    '/projects/:project/settings',
    ['project-settings', 'project-frame'],
    async () => (await import('./features/settings/ProjectSettingsPage.tsx')).ProjectSettingsPage,
  ),
  page(
    '/projects/:project/repositories/*',
    ['repositories'],
    async () => (await import('./features/repositories/RepositoryPage.tsx')).RepositoryPage,
  ),
  page(
    '/projects/:project/artifacts/*',
    ['artifacts'],
    async () => (await import('./features/artifacts/ArtifactPage.tsx')).ArtifactPage,
  ),
  page(
    '/projects/:project/compare/*',
    ['artifacts'],
    async () => (await import('./features/artifacts/ComparePage.tsx')).ComparePage,
  ),
  page(
    '/projects/:project/history/*',
    ['trash', 'repositories', 'reasons'],
    async () => (await import('./features/repositories/TagHistoryPage.tsx')).TagHistoryPage,
  ),
];

const replication = [
  page(
    '/operations',
    ['operations', 'tasks', 'reasons'],
    async () => (await import('./features/operations/OperationsPage.tsx')).OperationsPage,
    'operations.read',
  ),
  page(
    '/replication',
    ['policies', 'tasks', 'reasons'],
    async () => (await import('./features/policies/PoliciesPage.tsx')).PoliciesPage,
    'member.read',
  ),
  // Cut off the address of one of them.
  { path: '/replication/policies', loader: () => redirect(paths.policies()) },
  page(
    '/replication/policies/new',
    ['policies', 'tasks', 'reasons'],
    async () => (await import('./features/policies/PolicyEditorPage.tsx')).NewPolicyPage,
    'project.manage',
  ),
  page(
    '/replication/policies/:policyId',
    ['policies', 'tasks', 'reasons'],
    async () => (await import('./features/policies/PolicyPage.tsx')).PolicyPage,
    'member.read',
  ),
  page(
    '/replication/policies/:policyId/edit',
    ['policies', 'tasks', 'reasons'],
    async () => (await import('./features/policies/PolicyEditorPage.tsx')).EditPolicyPage,
    'member.read',
  ),
  page(
    '/replication/topology',
    ['topology', 'operations', 'policies', 'tasks', 'reasons'],
    async () => (await import('./features/topology/TopologyPage.tsx')).TopologyPage,
    'member.read',
  ),
  page(
    '/replication/executions',
    ['replication', 'tasks', 'reasons'],
    async () => (await import('./features/replication/ExecutionsPage.tsx')).ExecutionsPage,
    'replication.read',
  ),
  page(
    '/replication/executions/:executionId',
    ['replication', 'tasks', 'reasons'],
    async () => (await import('./features/replication/ExecutionPage.tsx')).ExecutionPage,
    'replication.read',
  ),
  page(
    '/replication/executions/:executionId/tasks/:taskId',
    ['replication', 'tasks', 'reasons'],
    async () => (await import('./features/replication/TaskPage.tsx')).TaskPage,
    'replication.read',
  ),
];

const registries = [
  page(
    '/registries',
    ['registries', 'reasons'],
    async () => (await import('./features/registries/RegistriesPage.tsx')).RegistriesPage,
    'registry.read',
  ),
  page(
    '/registries/:registryId',
    ['registries', 'reasons', 'storage'],
    async () => {
      const [{ RegistryPage }, { RegistryStorageSection }] = await Promise.all([
        import('./features/registries/RegistryPage.tsx'),
        import('./features/storage/RegistryStorageSection.tsx'),
      ]);
      return () => (
        <RegistryPage>
          <RegistryStorageSection />
        </RegistryPage>
      );
    },
    'registry.read',
  ),
  page(
    '/storage',
    ['storage'],
    async () => (await import('./features/storage/StoragePage.tsx')).StoragePage,
    'registry.read',
  ),
  page(
    '/registries/:registryId/storage',
    ['storage'],
    async () => (await import('./features/storage/RegistryStoragePage.tsx')).RegistryStoragePage,
    'registry.read',
  ),
  page(
    '/registries/:registryId/collections',
    ['collections', 'reasons'],
    async () => (await import('./features/collections/CollectionsPage.tsx')).CollectionsPage,
    'registry.read',
  ),
  page(
    '/registries/:registryId/collections/:collectionId',
    ['collections', 'reasons'],
    async () => (await import('./features/collections/CollectionPage.tsx')).CollectionPage,
    'registry.read',
  ),
];

const administration = [
  page(
    '/trash',
    ['trash', 'reasons'],
    async () => (await import('./features/trash/TrashPage.tsx')).TrashPage,
    'artifact.delete',
  ),
  page('/users', ['users'], async () => (await import('./features/users/UsersPage.tsx')).UsersPage, 'user.manage'),
  page(
    '/users/:userId',
    ['users'],
    async () => (await import('./features/users/UserPage.tsx')).UserPage,
    'user.manage',
  ),
  page('/groups', ['groups'], async () => (await import('./features/groups/GroupsPage.tsx')).GroupsPage, 'user.manage'),
  page('/robots', ['robots'], async () => (await import('./features/robots/RobotsPage.tsx')).RobotsPage, 'user.manage'),
  page(
    '/audit',
    ['audit-log'],
    async () => (await import('./features/audit/AuditPage.tsx')).AuditPage,
    'system.manage',
  ),
  page(
    '/settings',
    ['settings'],
    async () => (await import('./features/settings/SystemSettingsPage.tsx')).SystemSettingsPage,
    'system.manage',
  ),
  page(
    '/settings/notices',
    ['notices'],
    async () => (await import('./features/notices/NoticesPage.tsx')).NoticesPage,
    'system.manage',
  ),
];

/** The whole site. A page's URL is built in `paths.ts`; what a person may do on it is decided by the server. */
const routes: RouteObject[] = [
  {
    ErrorBoundary: RouteError,
    HydrateFallback: () => null,
    children: [
      page('/sign-in', ['session'], async () => (await import('./features/session/SignInPage.tsx')).SignInPage),
      {
        Component: SignInGate,
        children: [
          // Without the shell: it hangs on a wall, where nobody clicks.
          page(
            '/operations/wall',
            ['operations', 'tasks', 'reasons'],
            async () => (await import('./features/operations/WallPage.tsx')).WallPage,
            'operations.read',
          ),
          {
            element: <AppShell SearchPalette={SearchPalette} />,
            children: [
              ...home,
              ...projects,
              ...replication,
              ...registries,
              ...administration,
              { path: '*', Component: NotFoundPage },
            ],
          },
        ],
      },
    ],
  },
];

export const createRouter = () => createBrowserRouter(routes);
