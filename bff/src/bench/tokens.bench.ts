// npm run bench -- tokens: registry tokens by Basic, four clients, asked of the served console on its embedded database.
import os from 'node:os';
import { Client } from 'undici';
import { createProjectRobot } from '../contract/robots.ts';
import { createRegistryClient } from '../registry-client/index.ts';
import { startRealRegistry } from '../testing/real-registry.ts';
import { pushSampleImage } from '../testing/sample-artifacts.ts';
import { percentile } from './figures.ts';
import { serveConsole, waitForScan } from './served-console.ts';

const clientCount = 4;
const warmUpMs = 3000;
const measuredMs = Number(process.env['BENCH_SECONDS'] ?? 15) * 1000;

interface Asked {
  readonly url: string;
  readonly authorization: string;
}

/** One connection, one request after another, as long as it is told; each names another repository. */
async function askInARow({ url, authorization }: Asked, untilMs: number, onAnswer: (ms: number) => void) {
  const client = new Client(url);
  for (let round = 0; performance.now() < untilMs; round += 1) {
    const startedAt = performance.now();
    const scope = encodeURIComponent(`repository:development/payments/service-${round % 500}:pull,push`);
    const { statusCode, body } = await client.request({
      method: 'GET',
      path: `/service/token?service=longshore&scope=${scope}`,
      headers: { authorization },
    });
    const answer = (await body.json()) as { token?: string };
    if (statusCode !== 200 || answer.token === undefined) throw new Error(`It answered ${statusCode}.`);
    onAnswer(performance.now() - startedAt);
  }
  await client.close();
}

async function measure(asked: readonly Asked[], durationMs: number): Promise<number[]> {
  const times: number[] = [];
  const untilMs = performance.now() + durationMs;
  await Promise.all(asked.map((one) => askInARow(one, untilMs, (ms) => times.push(ms))));
  return times;
}

async function run(): Promise<void> {
  const registry = await startRealRegistry();
  const client = createRegistryClient({ name: 'filled', endpoints: [{ url: registry.url }], userAgent: 'bench' });
  await pushSampleImage(client, 'payments/api', { tag: '1' });
  await client.close();
  const served = await serveConsole({ development: registry });
  try {
    // The scan finds the project that the robot account is for.
    await waitForScan(served.api);
    const { loginName, secret } = await served.api.call(createProjectRobot, {
      params: { project: 'payments' },
      body: {
        name: 'ci',
        permissions: [{ actions: ['artifact.pull', 'artifact.push'], environments: null, repositories: ['**'] }],
        expiresAt: null,
      },
    });
    const basic = (pair: string): Asked => ({
      url: served.url,
      authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
    });
    // Half with a password, whose hash is slow, half as a robot.
    const pairs = [`admin:${served.password}`, `${loginName}:${secret}`];
    const asked = Array.from({ length: clientCount }, (_, index) => basic(pairs[index % pairs.length] ?? ''));
    await measure(asked, warmUpMs);
    const cpuBeforeMs = await served.cpuMs();
    const times = await measure(asked, measuredMs);
    const cpuMs = (await served.cpuMs()) - cpuBeforeMs;
    const figures = {
      tokens_per_s: times.length / (measuredMs / 1000),
      p50_ms: percentile(times, 0.5),
      p99_ms: percentile(times, 0.99),
      cpu_ms_per_token: cpuMs / times.length,
      rss_mb: await served.rssMb(),
      load_average: os.loadavg()[0] ?? 0,
    };
    const rounded = Object.fromEntries(
      Object.entries(figures).map(([key, value]) => [key, Number(value.toPrecision(3))]),
    );
    console.log(JSON.stringify({ bench: 'tokens', figures: rounded }));
  } finally {
    await served.stop();
    await registry.stop();
  }
}

await run();
