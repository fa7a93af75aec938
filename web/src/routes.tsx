import { type ComponentType, lazy } from 'react';
import { createBrowserRouter, type RouteObject } from 'react-router';
import { AppShell } from './app/AppShell.tsx';
import { NotFoundPage } from './app/NotFoundPage.tsx';
import { RouteError } from './app/RouteError.tsx';
import { SignInGate } from './app/SignInGate.tsx';
import { loadText } from './i18n/i18n.ts';

const SearchPalette = lazy(async () => {
  const [found] = await Promise.all([import('./features/search/SearchPalette.tsx'), loadText('search')]);
  return { default: found.SearchPalette };
});

/** A page in its own file, fetched when it is first shown, and together with it the words it needs. */
function page(path: string, words: readonly string[], load: () => Promise<ComponentType>): RouteObject {
  return {
    path,
    ErrorBoundary: RouteError,
    loader: async () => {
      await Promise.all(words.map(loadText));
      return null;
    },
    lazy: async () => ({ Component: await load() }),
  };
}

const home = [
  page('/', ['home'], async () => (await import('./features/home/HomePage.tsx')).HomePage),
  page('/me', ['session'], async () => (await import('./features/session/AccountPage.tsx')).AccountPage),
];

const projects = [
  page(
    '/projects',
    ['projects', 'project-frame'],
    async () => (await import('./features/projects/ProjectsPage.tsx')).ProjectsPage,
  ),
  page(
    '/projects/:project',
    ['projects', 'project-frame'],
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
    '/projects/:project/activity',
    ['audit-log', 'project-frame'],
    async () => (await import('./features/audit/ProjectActivityPage.tsx')).ProjectActivityPage,
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
];

const replication = [
  page(
    '/operations',
    ['operations', 'tasks'],
    async () => (await import('./features/operations/OperationsPage.tsx')).OperationsPage,
  ),
  page(
    '/replication/executions',
    ['replication', 'tasks'],
    async () => (await import('./features/replication/ExecutionsPage.tsx')).ExecutionsPage,
  ),
  page(
    '/replication/executions/:executionId',
    ['replication', 'tasks'],
    async () => (await import('./features/replication/ExecutionPage.tsx')).ExecutionPage,
  ),
  page(
    '/replication/executions/:executionId/tasks/:taskId',
    ['replication', 'tasks'],
    async () => (await import('./features/replication/TaskPage.tsx')).TaskPage,
  ),
];

const registries = [
  page(
    '/registries',
    ['registries'],
    async () => (await import('./features/registries/RegistriesPage.tsx')).RegistriesPage,
  ),
  page(
    '/registries/:registryId',
    ['registries'],
    async () => (await import('./features/registries/RegistryPage.tsx')).RegistryPage,
  ),
];

const people = [page('/robots', ['robots'], async () => (await import('./features/robots/RobotsPage.tsx')).RobotsPage)];

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
            ['operations', 'tasks'],
            async () => (await import('./features/operations/WallPage.tsx')).WallPage,
          ),
          {
            element: <AppShell SearchPalette={SearchPalette} />,
            children: [
              ...home,
              ...projects,
              ...replication,
              ...registries,
              ...people,
              { path: '*', Component: NotFoundPage },
            ],
          },
        ],
      },
    ],
  },
];

export const createRouter = () => createBrowserRouter(routes);
