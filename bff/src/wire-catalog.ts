import { randomUUID } from 'node:crypto';
import { artifactsRoutes } from './features/artifacts/artifacts.routes.ts';
import { createArtifactsService } from './features/artifacts/artifacts.service.ts';
import { createArtifactsView } from './features/artifacts/artifacts.view.ts';
import { createReferrersService } from './features/artifacts/referrers.service.ts';
import { notificationRoutes } from './features/catalog/catalog.routes.ts';
import { createCatalogService } from './features/catalog/catalog.service.ts';
import { createCatalogStore } from './features/catalog/catalog.store.ts';
import { createColumns } from './features/catalog/columns.ts';
import { createRegistryEventsStore } from './features/catalog/registry-events.store.ts';
import { createScanStateStore } from './features/catalog/scan-state.store.ts';
import { createTagPages } from './features/catalog/tag-pages.view.ts';
import { matrixRoutes } from './features/projects/matrix.routes.ts';
import { projectsRoutes } from './features/projects/projects.routes.ts';
import { createProjectsService } from './features/projects/projects.service.ts';
import { createProjectsStore } from './features/projects/projects.store.ts';
import { createProjectsView, type ProjectsView } from './features/projects/projects.view.ts';
import type { RegistriesService } from './features/registries/registries.service.ts';
import { repositoriesRoutes } from './features/repositories/repositories.routes.ts';
import { createRepositoriesView } from './features/repositories/repositories.view.ts';
import { tagHistoryRoutes } from './features/repositories/tag-history.routes.ts';
import { createTagHistoryView } from './features/repositories/tag-history.view.ts';
import { searchRoutes } from './features/search/search.routes.ts';
import { createSearchView } from './features/search/search.view.ts';
import type { PullRecorder } from './features/retention/pull-recorder.ts';
import type { Foundation } from './wire-foundation.ts';

/** The index of what the registries hold, and the pages that read it. */
export function wireCatalog(
  foundation: Foundation,
  registries: RegistriesService,
  pulls: Pick<PullRecorder, 'note' | 'noteTold'>,
  userAgent: string,
) {
  const { database, publish, clock, logger } = foundation;
  const { kysely } = database;
  const stateStore = createScanStateStore(kysely);
  const catalog = createCatalogService({
    store: createCatalogStore(kysely),
    stateStore,
    eventsStore: createRegistryEventsStore(kysely),
    registries,
    publish,
    notePulls: (registryId, told) => {
      if (told.length > 0) pulls.noteTold(registryId);
      for (const pull of told) pulls.note({ registryId, ...pull });
    },
    clock,
    logger,
    userAgent,
    instanceId: randomUUID(),
    random: Math.random,
  });
  const listColumns = createColumns({ registries, stateStore, clock });
  const tagPages = createTagPages(kysely);
  const projectsView = createProjectsView(kysely);
  const artifactsView = createArtifactsView(kysely);
  return {
    catalog,
    features: [
      {
        intake: notificationRoutes({ catalog, registries }),
        start: () => catalog.start(),
        stop: () => catalog.stop(),
      },
      { router: wireProjects(foundation, projectsView) },
      { router: matrixRoutes({ view: projectsView, tagPages, listColumns }) },
      { router: repositoriesRoutes({ view: createRepositoriesView(kysely), tagPages, listColumns }) },
      { router: tagHistoryRoutes(createTagHistoryView(kysely)) },
      { router: searchRoutes({ view: createSearchView(kysely) }) },
      {
        router: artifactsRoutes({
          artifacts: createArtifactsService({ view: artifactsView, registries, catalog }),
          referrers: createReferrersService({ view: artifactsView, registries }),
          listColumns,
        }),
      },
    ],
  };
}

function wireProjects({ database, publish, clock, announceAccess }: Foundation, view: ProjectsView) {
  return projectsRoutes({
    projects: createProjectsService(createProjectsStore(database.kysely)),
    view,
    announceChange: (project) => {
      publish({ name: 'project', payload: { project, at: clock.now().toISOString() } });
      announceAccess();
    },
  });
}
