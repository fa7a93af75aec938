import type { TestProject } from 'vitest/node';
import { makeClusterFolder, removeCluster } from './postgres-cluster.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the workers of this run find or start their PostgreSQL. */
    postgresFolder: string;
  }
}

/** Makes the folder; the server starts when the first test asks for it, so that a run of pure tests pays nothing. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await makeClusterFolder();
  project.provide('postgresFolder', folder);
  return () => removeCluster(folder);
}
