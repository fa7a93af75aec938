/** Every URL of the console is built here, and only here. Names are encoded; a repository keeps its slashes. */

type Search = Readonly<Record<string, string | number | undefined>>;

function withSearch(path: string, search: Search = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) if (value !== undefined) params.set(name, String(value));
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

const segment = encodeURIComponent;
const segments = (name: string) => name.split('/').map(segment).join('/');

const LIBRARY = 'library';

/** The project of a repository: its first segment, or `library` where there is only one. */
export function projectOf(repository: string): string {
  const slash = repository.indexOf('/');
  return slash === -1 ? LIBRARY : repository.slice(0, slash);
}

/**
 * The part of a repository's name below its project. In `library` it is the whole name: `busybox` and `library/busybox`
 * are two repositories of that one project.
 */
export function nameInProject(repository: string): string {
  return projectOf(repository) === LIBRARY ? repository : repository.slice(repository.indexOf('/') + 1);
}

/** The repository that a project and the rest of a URL name together. */
export function repositoryOf(project: string, rest: string): string {
  return project === LIBRARY ? rest : `${project}/${rest}`;
}

/** The repository and the reference in the rest of an artifact's URL: the last segment is the reference. */
export function artifactOf(project: string, rest: string): { repository: string; reference: string } {
  const slash = rest.lastIndexOf('/');
  return { repository: repositoryOf(project, rest.slice(0, slash)), reference: rest.slice(slash + 1) };
}

const below = (section: 'repositories' | 'artifacts' | 'compare' | 'history', repository: string) =>
  `/projects/${segment(projectOf(repository))}/${section}/${segments(nameInProject(repository))}`;

export const paths = {
  home: () => '/',
  signIn: (returnTo?: string) => withSearch('/sign-in', { returnTo: returnTo === '/' ? undefined : returnTo }),
  account: (search?: Search) => withSearch('/me', search),

  projects: (search?: Search) => withSearch('/projects', search),
  project: (project: string, search?: Search) => withSearch(`/projects/${segment(project)}`, search),
  members: (project: string, search?: Search) => withSearch(`/projects/${segment(project)}/members`, search),
  robots: (project: string, search?: Search) => withSearch(`/projects/${segment(project)}/robots`, search),
  promotions: (project: string, search?: Search) => withSearch(`/projects/${segment(project)}/promotions`, search),
  retention: (project: string, search?: Search) => withSearch(`/projects/${segment(project)}/retention`, search),
  newRetentionPlan: (project: string) => `/projects/${segment(project)}/retention/new`,
  editRetentionPlan: (project: string, planId: string) =>
    `/projects/${segment(project)}/retention/plans/${segment(planId)}`,
  retentionRun: (project: string, runId: string, search?: Search) =>
    withSearch(`/projects/${segment(project)}/retention/runs/${segment(runId)}`, search),
  projectTrash: (project: string, search?: Search) => withSearch(`/projects/${segment(project)}/trash`, search),
  projectStorage: (project: string, search?: Search) => withSearch(`/projects/${segment(project)}/storage`, search),
  activity: (project: string, search?: Search) => withSearch(`/projects/${segment(project)}/activity`, search),
  projectSettings: (project: string, search?: Search) => withSearch(`/projects/${segment(project)}/settings`, search),
  repository: (repository: string, search?: Search) => withSearch(below('repositories', repository), search),
  /** `reference` is a tag or a digest; neither contains a slash. `registry` in the search says where to read it. */
  artifact: (repository: string, reference: string, search?: Search) =>
    withSearch(`${below('artifacts', repository)}/${segment(reference)}`, search),
  /** Each side is `registry/reference`. */
  compare: (repository: string, search: { left: string; right: string }) =>
    withSearch(below('compare', repository), search),
  /** What a tag was, in all registries or, with `registry` in the search, in one. */
  tagHistory: (repository: string, tag: string, search?: Search) =>
    withSearch(`${below('history', repository)}/${segment(tag)}`, search),

  operations: (search?: Search) => withSearch('/operations', search),
  wall: () => '/operations/wall',
  policies: (search?: Search) => withSearch('/replication', search),
  newPolicy: (search?: Search) => withSearch('/replication/policies/new', search),
  policy: (policyId: string, search?: Search) => withSearch(`/replication/policies/${segment(policyId)}`, search),
  editPolicy: (policyId: string) => `/replication/policies/${segment(policyId)}/edit`,
  topology: (search?: Search) => withSearch('/replication/topology', search),
  executions: (search?: Search) => withSearch('/replication/executions', search),
  execution: (executionId: string, search?: Search) =>
    withSearch(`/replication/executions/${segment(executionId)}`, search),
  task: (executionId: string, taskId: string, search?: Search) =>
    withSearch(`/replication/executions/${segment(executionId)}/tasks/${segment(taskId)}`, search),

  trash: (search?: Search) => withSearch('/trash', search),
  users: (search?: Search) => withSearch('/users', search),
  user: (userId: string, search?: Search) => withSearch(`/users/${segment(userId)}`, search),
  groups: (search?: Search) => withSearch('/groups', search),
  systemRobots: (search?: Search) => withSearch('/robots', search),
  audit: (search?: Search) => withSearch('/audit', search),
  settings: () => '/settings',
  notices: (search?: Search) => withSearch('/settings/notices', search),
  projectNotices: (project: string, search?: Search) => withSearch(`/projects/${segment(project)}/notices`, search),

  registries: (search?: Search) => withSearch('/registries', search),
  storage: () => '/storage',
  registryStorage: (registryId: string, search?: Search) =>
    withSearch(`/registries/${segment(registryId)}/storage`, search),
  registry: (registryId: string, search?: Search) => withSearch(`/registries/${segment(registryId)}`, search),

  collections: (registryId: string) => `/registries/${segment(registryId)}/collections`,
  collection: (registryId: string, collectionId: string) =>
    `/registries/${segment(registryId)}/collections/${segment(collectionId)}`,

  apiReference: () => '/api/v1/docs',
} as const;
