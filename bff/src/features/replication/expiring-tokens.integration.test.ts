import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { getTokenConfiguration } from '../../contract/registries.ts';
import { createExecution } from '../../contract/replication.ts';
import { startChaosProxy } from '../../testing/chaos-proxy.ts';
import { freePort } from '../../testing/free-port.ts';
import { startRequestProxy } from '../../testing/request-proxy.ts';
import { startRealRegistry } from '../../testing/real-registry.ts';
import { startLongshoreProcess } from './testing/longshore-process.ts';
import { clientOf, pushImage } from './testing/test-images.ts';
import { untilState } from './testing/waiting.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const repository = 'payments/api';
const toStop: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});

/**
 * Tokens live for 300 s, and Distribution takes them for 60 s more: by a clock that is 355 s slow they are refused five
 * seconds after they were made, and the console believes in them still.
 */
const slowClock = `--import=data:text/javascript,${encodeURIComponent(`
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) { given.length === 0 ? super(Real.now() - 355_000) : super(...given); }
    static now() { return Real.now() - 355_000; }
  };
`)}`;

test('a token that expires in mid-transfer is renewed once, and the copy is the first attempt', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-tokens-'));
  toStop.push(() => rm(folder, { recursive: true, force: true }));
  const main = await startRealRegistry();
  toStop.push(() => main.stop());
  const atMain = clientOf(main);
  toStop.push(() => atMain.close());
  const image = await pushImage(atMain, repository, '1', { layerSizes: [1_600_000] });
  const slow = await startChaosProxy(main);
  toStop.push(() => slow.stop());
  const port = await freePort();
  const between = await startRequestProxy({ port });
  toStop.push(() => between.stop());
  const guarded = { endpoints: [between.url], trustsLongshore: true };
  const console = await startLongshoreProcess({
    folder,
    registries: { main: slow.url, guarded },
    environment: { NODE_OPTIONS: slowClock },
  });
  toStop.push(() => console.kill());
  const params = { registryId: 'guarded' };
  const { version2Yaml, certificatePem } = await console.client.call(getTokenConfiguration, { params });
  const file = path.join(folder, 'longshore.pem');
  await writeFile(file, certificatePem);
  const moreYaml = version2Yaml.replace('/etc/docker/registry/longshore.pem', file);
  const north = await startRealRegistry({ port, moreYaml });
  toStop.push(() => north.stop());

  // Eight seconds for the layer: its token is no longer taken for the manifest that follows.
  slow.behave(() => ({ bytesPerSecond: 200_000 }));
  const source = { registryId: 'main', repository };
  const request = { source, references: ['1'], destinations: [{ registryId: 'guarded' }] };
  const { id } = await console.client.call(createExecution, { body: { ...request, whenDifferent: 'replace' } });
  const done = await untilState(console.client, id, 'succeeded');
  expect(done).toMatchObject({ attempt: 1, digest: image.digest });
  expect(done.log.map(({ code }) => code)).toEqual(['pinned', 'planned', 'tagged']);
  const manifests = `/v2/${repository}/manifests/`;
  const puts = between.requests.filter(({ method, path: asked }) => method === 'PUT' && asked.startsWith(manifests));
  expect(puts.map(({ status }) => status)).toEqual([401, 201]);
  // What the destination was tried with is given up, and takes no token from the copy.
  const isGivenUp = () =>
    between.requests.find(({ method, path: asked }) => method === 'DELETE' && asked.includes('/uploads/'));
  await vi.waitFor(() => expect(isGivenUp()?.status).toBeLessThan(500), { timeout: 60_000 });
  expect(isGivenUp()?.status).not.toBe(401);
});
