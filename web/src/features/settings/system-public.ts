import type { Project } from 'bff/contract/projects';

/** Projects of which people who are not signed in would see something. */
export function publicProjects<P extends Pick<Project, 'name' | 'isPublic' | 'publicEnvironments'>>(
  projects: readonly P[],
): P[] {
  return projects.filter(
    ({ isPublic, publicEnvironments }) => isPublic || Object.values(publicEnvironments).some(Boolean),
  );
}
