export const text = {
  title: 'Home',
  fleet: 'Registries',
  allRegistries: 'All registries',
  fleetFacts_one: '{{count}} registry, all well',
  fleetFacts_other: '{{count}} registries, all well',
  fleetTrouble_one: '{{count}} registry needs attention',
  fleetTrouble_other: '{{count}} registries need attention',
  noRegistries: 'No registries yet',
  noRegistriesWords: 'Add the first one, and its repositories and tags appear here.',
  addRegistry: 'Add a registry',
  health: { up: 'up', degraded: 'partly up', down: 'down', unknown: 'not checked yet' },
  tags_one: '{{shown}} tag',
  tags_other: '{{shown}} tags',
  checked: 'checked <when/>',
  downSince: 'since <when/>',
  neverScanned: 'not read yet',
  copies: 'Copies',
  allOperations: 'Operations',
  running_one: '{{shown}} running',
  running_other: '{{shown}} running',
  queued_one: '{{shown}} queued',
  queued_other: '{{shown}} queued',
  waiting_one: '{{shown}} waiting for the next try',
  waiting_other: '{{shown}} waiting for the next try',
  quiet: 'Nothing is being copied, and nothing failed in the last hour.',
  failing: 'Failing now',
  failureTasks_one: '{{shown}} task',
  failureTasks_other: '{{shown}} tasks',
  nextTry: 'next try <when/>',
  projects: 'Recently moved',
  allProjects: 'All projects',
  noProjects: 'No projects yet',
  noProjectsWords: 'A project appears with the first image that is pushed to one of its repositories.',
  noProjectsReader: 'No project that you may see',
  noProjectsReaderWords:
    'You see a project once you are a member of it, or when it is public. Ask a project admin to add {{name}}.',
  noProjectsAnonymousWords: 'Nothing is public here yet. Sign in to see the projects you are a member of.',
  nothingMoved: 'No tags yet.',
  in: 'in',
  notRead: {
    registries: 'The registries could not be read',
    projects: 'The projects could not be read',
    operations: 'The copies could not be read',
  },
};

declare module 'i18next' {
  interface ResourceNamespaceMap {
    home: typeof text;
  }
}
