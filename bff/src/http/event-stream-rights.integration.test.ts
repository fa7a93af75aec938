import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { changeMembers } from '../contract/members.ts';
import { getProject } from '../contract/projects.ts';
import { signInAs } from '../testing/people.ts';
import { problemOf } from '../testing/problem-of.ts';
import { startBff, type TestBff } from '../testing/start-bff.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let bff: TestBff;
beforeAll(async () => {
  const endpointUrls = ['http://127.0.0.1:1'];
  bff = await startBff({ registries: [{ id: 'development', environment: 'development', endpointUrls }] });
});
afterAll(() => bff?.close());

test('who is taken out of a project is refused at once, and an open stream tells nothing of it after five seconds', async () => {
  const admin = await bff.signIn();
  const mara = await signInAs(bff, 'mara', { payments: { '': 'guest' }, shop: { '': 'guest' } });
  const stream = await mara.openEvents();
  const { publish, clock } = bff.running.foundation;
  const at = () => clock.now().toISOString();
  const tellOf = (project: string) => publish({ name: 'project', payload: { project, at: at() } });
  tellOf('payments');
  await stream.waitFor('project', ({ project }) => project === 'payments');

  const params = { project: 'payments' };
  const changes = [{ kind: 'user' as const, id: mara.userId, environment: null, role: null }];
  await admin.call(changeMembers, { params, body: { changes } });
  expect((await problemOf(mara.call(getProject, { params }))).code).toBe('project-not-found');

  await sleep(5000);
  const before = stream.events.length;
  tellOf('payments');
  tellOf('shop');
  // An id says nothing, so that everybody is told: what came before it has come.
  const executionId = randomUUID();
  publish({ name: 'execution', payload: { executionId, at: at() } });
  await stream.waitFor('execution', (payload) => payload.executionId === executionId);
  const told = stream.events
    .slice(before)
    .flatMap(({ event }) => (event.name === 'project' ? event.payload.project : []));
  expect(told).toEqual(['shop']);
  stream.close();
});
