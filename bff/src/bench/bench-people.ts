import { changeMembers } from '../contract/members.ts';
import { getProject, updateProject } from '../contract/projects.ts';
import { getSettings, updateSettings } from '../contract/settings.ts';
import { createUser } from '../contract/users.ts';
import { type TestApiClient, createApiClient } from '../testing/api-client.ts';
import type { ServedConsole } from './served-console.ts';

/** @param projects each with the one environment that the tester is a guest of, or null for all of them */
export async function signInTester(
  { url, api }: ServedConsole,
  projects: Readonly<Record<string, string | null>>,
): Promise<TestApiClient> {
  const username = 'tester';
  const { id, password } = await api.call(createUser, { body: { username, displayName: 'Tester' } });
  for (const [project, environment] of Object.entries(projects)) {
    const changes = [{ kind: 'user' as const, id, environment, role: 'guest' as const }];
    await api.call(changeMembers, { params: { project }, body: { changes } });
  }
  const tester = createApiClient(url);
  await tester.signIn(username, password);
  return tester;
}

/** People who are not signed in see these projects in one environment. */
export async function letAnyoneSee(
  { url, api }: ServedConsole,
  projects: readonly string[],
  environment: string,
): Promise<TestApiClient> {
  const { version } = await api.call(getSettings, {});
  await api.call(updateSettings, { body: { version, allowsAnonymous: true } });
  for (const project of projects) {
    const current = await api.call(getProject, { params: { project } });
    await api.call(updateProject, {
      params: { project },
      body: { version: current.version, publicEnvironments: { [environment]: true } },
    });
  }
  return createApiClient(url);
}
