import { type ComponentType, lazy } from 'react';
import { createBrowserRouter, type RouteObject } from 'react-router';
import { AppShell, type SearchPaletteProps } from './app/AppShell.tsx';
import { NotFoundPage } from './app/NotFoundPage.tsx';
import { RouteError } from './app/RouteError.tsx';
import { SignInGate } from './app/SignInGate.tsx';
import { loadText } from './i18n/i18n.ts';

const pages = import.meta.glob<Record<string, ComponentType>>('./features/*/*Page.tsx');
const palettes = import.meta.glob<{ SearchPalette: ComponentType<SearchPaletteProps> }>(
  './features/search/SearchPalette.tsx',
);
const SearchPalette = lazy(async () => {
  const [, found] = await Promise.all([loadText('search'), palettes['./features/search/SearchPalette.tsx']?.()]);
  return { default: found?.SearchPalette ?? NotFoundPage };
});

/** A page in its own file, fetched when it is first shown, together with its feature's words. */
function page(path: string, feature: string, name: string, ...alsoText: string[]): RouteObject {
  const load = pages[`./features/${feature}/${name}.tsx`];
  if (load === undefined) return { path, Component: NotFoundPage };
  return {
    path,
    ErrorBoundary: RouteError,
    loader: async () => {
      await Promise.all([feature, ...alsoText].map(loadText));
      return null;
    },
    lazy: async () => {
      const Component = (await load())[name];
      if (Component === undefined) throw new Error(`${feature}/${name}.tsx does not export ${name}.`);
      return { Component };
    },
  };
}

/** The whole site. A page's URL is built in `paths.ts`; what a page may need is decided by the server. */
export const routes: RouteObject[] = [
  {
    ErrorBoundary: RouteError,
    HydrateFallback: () => null,
    children: [
      page('/sign-in', 'session', 'SignInPage'),
      {
        Component: SignInGate,
        children: [
          page('/operations/wall', 'operations', 'WallPage', 'tasks'),
          {
            element: <AppShell SearchPalette={SearchPalette} />,
            children: [
              page('/', 'home', 'HomePage'),
              page('/me', 'session', 'AccountPage'),
              page('/projects', 'projects', 'ProjectsPage'),
              page('/projects/:project', 'projects', 'ProjectPage'),
              page('/projects/:project/repositories/*', 'repositories', 'RepositoryPage'),
              page('/projects/:project/artifacts/*', 'artifacts', 'ArtifactPage'),
              page('/projects/:project/compare/*', 'artifacts', 'ComparePage'),
              page('/operations', 'operations', 'OperationsPage', 'tasks'),
              page('/replication/executions', 'replication', 'ExecutionsPage', 'tasks'),
              page('/replication/executions/:executionId', 'replication', 'ExecutionPage', 'tasks'),
              page('/replication/executions/:executionId/tasks/:taskId', 'replication', 'TaskPage', 'tasks'),
              page('/registries', 'registries', 'RegistriesPage'),
              page('/registries/:registryId', 'registries', 'RegistryPage'),
              { path: '*', Component: NotFoundPage },
            ],
          },
        ],
      },
    ],
  },
];

export const createRouter = () => createBrowserRouter(routes);
