// npm run bench -- browse: lists, search and matrix over 50,000 tags in 2,000 repositories, as one client of the served
// console on its embedded database, each beside the same question asked of the registries directly.
import { mkdtemp } from 'node:fs/promises';
import os, { tmpdir } from 'node:os';
import path from 'node:path';
import { listProjects } from '../contract/projects.ts';
import { createRegistryClient, manifestAccept, type RegistryClient } from '../registry-client/index.ts';
import type { TestApiClient } from '../testing/api-client.ts';
import { type RealRegistry, startRealRegistry } from '../testing/real-registry.ts';
import { letAnyoneSee, signInTester } from './bench-people.ts';
import { percentile } from './figures.ts';
import { RegistryStorage } from './registry-storage.ts';
import { type ServedConsole, serveConsole, waitForScan } from './served-console.ts';

const repositoryCount = 2_000;
const tagsPerRepository = 25;
/** Several tags name one image, as moving tags and rebuilds do. */
const imagesPerRepository = 5;
const layersPerImage = 8;
/** The newest tags of each repository are in production as well. */
const tagsInProduction = 5;
/** Half of all in one project: the longest list there can be. */
const largeProject = 'platform';
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 200);
const registryRounds = 5;
const requestsAtOnce = 8;

const say = (line: string) => console.error(line);
const repositoryName = (index: number): string =>
  index % 2 === 0 ? `${largeProject}/service-${index}` : `team-${index % 39}/service-${index}`;
const tagName = (repository: number, index: number): string => `v${1 + (repository % 3)}.${index}.${repository % 10}`;

function fill(storage: RegistryStorage, firstTag: number): void {
  for (let repository = 0; repository < repositoryCount; repository += 1) {
    const name = repositoryName(repository);
    const images = Array.from({ length: imagesPerRepository }, (_, image) => {
      const created = new Date(Date.UTC(2026, 0, 1) + (repository * imagesPerRepository + image) * 60_000);
      return storage.writeImage(name, layersPerImage, image % 2 === 0 ? 'amd64' : 'arm64', created);
    });
    for (let tag = firstTag; tag < tagsPerRepository; tag += 1) {
      storage.writeTag(name, tagName(repository, tag), images[tag % imagesPerRepository] ?? '');
    }
  }
}

async function startFilled(seed: string, firstTag: number): Promise<RealRegistry> {
  const storageDirectory = await mkdtemp(path.join(tmpdir(), 'longshore-browse-'));
  fill(new RegistryStorage(storageDirectory, seed), firstTag);
  return startRealRegistry({ storageDirectory });
}

async function get(api: TestApiClient, address: string): Promise<Record<string, unknown>> {
  const answer = await api.fetch(`/api/v1${address}`);
  const body = (await answer.json()) as Record<string, unknown>;
  if (!answer.ok) throw new Error(`${address}: ${JSON.stringify(body)}`);
  return body;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** One client, one request after another; each address in turn with another repository. */
async function measure(
  served: ServedConsole,
  api: TestApiClient,
  name: string,
  addresses: readonly ((round: number) => string)[],
): Promise<number[]> {
  const all: number[] = [];
  for (const [index, address] of addresses.entries()) {
    const times: number[] = [];
    const cpuBefore = await served.cpuMs();
    for (let round = 0; round < Math.ceil(rounds / addresses.length); round += 1) {
      times.push(await timed(() => get(api, address(round * 37 + index))));
    }
    // On a busy machine this is what can be compared.
    const cpu = ((await served.cpuMs()) - cpuBefore) / times.length;
    say(
      `  ${name} ${address(index)}: p50 ${percentile(times, 0.5).toFixed(1)} ms, p95 ${percentile(times, 0.95).toFixed(1)} ms, CPU ${cpu.toFixed(1)} ms each`,
    );
    all.push(...times);
  }
  return all;
}

/**
 * The same pages for people who see a part: a tester with one environment of the largest project and all of a small one,
 * and somebody who is not signed in, where every project is public in one environment.
 */
async function measurePartial(served: ServedConsole) {
  // Of the largest project: both see some of it.
  const nameOf = (round: number) => repositoryName((round * 2) % repositoryCount);
  const kinds = { list: listAddresses(nameOf), search: searchAddresses, matrix: matrixAddresses };
  const figures = { list_partial_p95_ms: 0, search_partial_p95_ms: 0, matrix_partial_p95_ms: 0 };
  const measureAs = async (caller: string, api: TestApiClient) => {
    for (const [kind, addresses] of Object.entries(kinds)) {
      const key = `${kind as keyof typeof kinds}_partial_p95_ms` as const;
      // The worse of the callers: neither is made up for by the other.
      figures[key] = Math.max(
        figures[key],
        percentile(await measure(served, api, `${caller}'s ${kind}`, addresses), 0.95),
      );
    }
  };
  await measureAs('tester', await signInTester(served, { [largeProject]: 'development', 'team-1': null }));
  // Afterwards, as what is public adds to what a tester sees.
  const { items } = await served.api.call(listProjects, { query: { limit: 100 } });
  const names = items.map(({ name }) => name);
  await measureAs('anonymous', await letAnyoneSee(served, names, 'development'));
  return figures;
}

async function median(count: number, work: (round: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < count; round += 1) times.push(await timed(() => work(round * 41 + 1)));
  return percentile(times, 0.5);
}

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: requestsAtOnce }, worker));
}

const registry = {
  tags: async (url: string, repository: string): Promise<string[]> => {
    const answer = await fetch(`${url}/v2/${repository}/tags/list`);
    return ((await answer.json()) as { tags?: string[] | null }).tags ?? [];
  },
  /** What a row of a list shows: the digest and the size are in the manifest. */
  manifest: async (url: string, repository: string, tag: string): Promise<unknown> => {
    const answer = await fetch(`${url}/v2/${repository}/manifests/${tag}`, { headers: { accept: manifestAccept } });
    return answer.json();
  },
  digest: async (url: string, repository: string, tag: string): Promise<string | null> => {
    const options = { method: 'HEAD', headers: { accept: manifestAccept } };
    return (await fetch(`${url}/v2/${repository}/manifests/${tag}`, options)).headers.get('docker-content-digest');
  },
};

/** The tags of a repository with digest and size. */
async function listDirectly(url: string, round: number): Promise<void> {
  const name = repositoryName(round % repositoryCount);
  await inTurns(await registry.tags(url, name), (tag) => registry.manifest(url, name, tag));
}

/** Which tags contain a text: a registry has to be read from end to end. */
async function searchDirectly(client: RegistryClient, url: string, text: string): Promise<void> {
  const found: string[] = [];
  for await (const page of client.listRepositories()) {
    await inTurns(page, async (name) => {
      found.push(
        ...(await registry.tags(url, name)).filter((tag) => tag.includes(text)).map((tag) => `${name}:${tag}`),
      );
    });
  }
}

/** Which tag of a repository has which digest in which registry. */
async function matrixDirectly(urls: readonly string[], round: number): Promise<void> {
  const name = repositoryName(round % repositoryCount);
  for (const url of urls) await inTurns(await registry.tags(url, name), (tag) => registry.digest(url, name, tag));
}

/** @param nameOf repositories that the caller sees */
const listAddresses = (nameOf: (round: number) => string): readonly ((round: number) => string)[] => [
  () => '/repositories?limit=100',
  () => '/repositories?limit=100&sort=-pushed',
  (round) => `/repositories?limit=100&q=service-${round % 100}`,
  () => `/repositories?limit=100&sort=-size&project=${largeProject}`,
  () => '/projects?limit=100&sort=-tags',
  (round) => `/tags?limit=100&repository=${nameOf(round)}`,
  (round) => `/tags?limit=100&sort=-semver&repository=${nameOf(round)}`,
  (round) => `/tags?limit=100&q=.1&repository=${nameOf(round)}`,
];
const searchAddresses: readonly ((round: number) => string)[] = [
  (round) => `/search?q=service-${round % repositoryCount}`,
  (round) => `/search?q=v2.${round % 25}`,
  (round) => `/search?q=.${round % 25}.${round % 10}`,
  () => '/search?q=v',
  () => '/search?q=zz',
  () => '/search?q=nothing-has-this-name',
  (round) => `/search?q=service-${round % repositoryCount}:v`,
  (round) => `/search?q=sha256:${(round % 256).toString(16).padStart(2, '0')}`,
];
const matrixAddresses: readonly ((round: number) => string)[] = [
  () => `/projects/${largeProject}/matrix?limit=100`,
  () => `/projects/${largeProject}/matrix?limit=100&sort=-semver`,
  () => `/projects/${largeProject}/matrix?limit=100&sort=name`,
  () => `/projects/${largeProject}/matrix?limit=100&only=drift`,
  (round) => `/projects/${largeProject}/matrix?limit=100&q=.${round % 25}.`,
  () => `/projects/${largeProject}/matrix?limit=100&q=nothing`,
  (round) => `/projects/team-1/matrix?limit=100&sort=${round % 2 === 0 ? 'pushed' : 'semver'}`,
  (round) => `/projects/${largeProject}/matrix?limit=100&repository=${repositoryName((round * 2) % repositoryCount)}`,
];

async function run(): Promise<void> {
  say('Writing 50,000 tags in 2,000 repositories, and 10,000 of them once more for production.');
  const development = await startFilled('development', 0);
  const production = await startFilled('development', tagsPerRepository - tagsInProduction);
  const served = await serveConsole({ development, production });
  const client = createRegistryClient({
    name: 'development',
    endpoints: [{ url: development.url }],
    userAgent: 'longshore-bench',
  });
  try {
    const scanS = (await timed(() => waitForScan(served.api))) / 1000;
    say(`Scanned in ${scanS.toFixed(1)} s.`);
    const { api } = served;
    const figures = {
      scan_s: scanS,
      list_p95_ms: percentile(
        await measure(
          served,
          api,
          'list',
          listAddresses((round) => repositoryName(round % repositoryCount)),
        ),
        0.95,
      ),
      search_p95_ms: percentile(await measure(served, api, 'search', searchAddresses), 0.95),
      matrix_p95_ms: percentile(await measure(served, api, 'matrix', matrixAddresses), 0.95),
      ...(await measurePartial(served)),
      ...(await compare(api, client, [development.url, production.url])),
      rss_mb: await served.rssMb(),
      load_average: os.loadavg()[0] ?? 0,
    };
    const rounded = Object.fromEntries(
      Object.entries(figures).map(([key, value]) => [key, Number(value.toPrecision(3))]),
    );
    console.log(JSON.stringify({ bench: 'browse', figures: rounded }));
  } finally {
    await client.close();
    await served.stop();
    await development.stop();
    await production.stop();
  }
}

/** The same questions, ours beside the registries' own answers, medians within this run. */
async function compare(api: TestApiClient, client: RegistryClient, urls: readonly string[]) {
  const [url = ''] = urls;
  const ours = async (address: (round: number) => string) =>
    median(registryRounds * 5, (round) => get(api, address(round)));
  const list = await ours((round) => `/tags?limit=100&repository=${repositoryName(round % repositoryCount)}`);
  const listAtRegistry = await median(registryRounds, (round) => listDirectly(url, round));
  const search = await ours(() => '/search?q=.24.7');
  const searchAtRegistry = await median(1, () => searchDirectly(client, url, '.24.7'));
  const matrix = await ours(
    (round) => `/projects/${largeProject}/matrix?limit=100&repository=${repositoryName((round * 2) % repositoryCount)}`,
  );
  const matrixAtRegistry = await median(registryRounds, (round) => matrixDirectly(urls, round * 2));
  say(
    `  ours / registry: list ${list.toFixed(1)} / ${listAtRegistry.toFixed(1)} ms, search ${search.toFixed(1)} / ${searchAtRegistry.toFixed(0)} ms, matrix ${matrix.toFixed(1)} / ${matrixAtRegistry.toFixed(1)} ms`,
  );
  return {
    list_vs_registry: list / listAtRegistry,
    search_vs_registry: search / searchAtRegistry,
    matrix_vs_registry: matrix / matrixAtRegistry,
  };
}

await run();
