import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { createRegistryClient, mediaTypes } from '../registry-client/index.ts';
import { freePort } from '../testing/free-port.ts';
import { type RealRegistry, startRealRegistry } from '../testing/real-registry.ts';

/**
 * Pulls through the front door, through nginx as a plain proxy, and directly, in turns: the same machine, the same minute.
 * `npm run bench -- gateway [GIBIBYTES]`: how much the memory figure is taken over (20 unless said otherwise).
 * Prints its progress, and one JSON line at the end.
 */
const mebibyte = 1024 * 1024;
const volumeBytes = Number(process.argv[2] ?? 20) * 1024 * mebibyte;
const bigBytes = Number(process.argv[3] ?? 1024) * mebibyte;
const rounds = 5;
const headClients = 10;
const headsPerRound = 1500;
const ways = ['direct', 'nginx', 'door'] as const;
type Way = (typeof ways)[number];

interface Target {
  readonly origin: string;
  /** Up to the repository. */
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function main(): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'longshore-bench-gateway-'));
  const registry = await startRealRegistry();
  const nginx = await startNginx(registry, directory);
  const door = await startDoor(registry);
  try {
    const blobs = await fill(registry);
    const targets: Record<Way, Target> = {
      direct: { origin: registry.url, base: '/v2/bench/image', headers: {} },
      nginx: { origin: nginx.url, base: '/v2/bench/image', headers: {} },
      door: { origin: door.url, base: '/v2/dev/bench/image', headers: { authorization: `Bearer ${door.token}` } },
    };
    const small = await throughput(targets, blobs.small, Math.ceil((512 * mebibyte) / blobs.small.sizeBytes));
    const big = await throughput(targets, blobs.big, 1);
    const heads = await headLatency(targets);
    const growth = await memoryGrowth(targets.door, blobs.big, door.child);
    const figures = {
      nginx_throughput_ratio: round(big.door / big.nginx),
      nginx_throughput_ratio_10mib: round(small.door / small.nginx),
      direct_throughput_ratio: round(big.door / big.direct),
      door_mib_per_s: round(big.door),
      nginx_mib_per_s: round(big.nginx),
      direct_mib_per_s: round(big.direct),
      head_p95_vs_direct: round(heads.door / heads.direct),
      head_p95_ms: round(heads.door),
      head_p95_direct_ms: round(heads.direct),
      head_p95_nginx_ms: round(heads.nginx),
      rss_growth_mb: growth,
    };
    console.log(JSON.stringify({ bench: 'gateway', figures }));
  } finally {
    door.child.kill('SIGTERM');
    nginx.child.kill('SIGTERM');
    await registry.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

interface Blob {
  readonly digest: string;
  readonly sizeBytes: number;
}

async function fill(registry: RealRegistry): Promise<{ small: Blob; big: Blob }> {
  const client = createRegistryClient({ name: 'bench', endpoints: [{ url: registry.url }], userAgent: 'bench' });
  const repository = 'bench/image';
  try {
    const push = async (sizeBytes: number): Promise<Blob> => {
      const piece = randomBytes(Math.min(sizeBytes, 2 * mebibyte));
      const hash = createHash('sha256');
      const count = sizeBytes / piece.length;
      for (let index = 0; index < count; index += 1) hash.update(piece);
      const blob = { digest: `sha256:${hash.digest('hex')}`, sizeBytes };
      // Copies: whoever writes them may use their memory again.
      const pieces = function* () {
        for (let index = 0; index < count; index += 1) yield Buffer.from(piece);
      };
      await client.pushBlob(repository, blob, () => Readable.from(pieces()));
      return blob;
    };
    const small = await push(10 * mebibyte);
    const big = await push(bigBytes);
    const layer = (blob: Blob, mediaType: string) => ({ mediaType, digest: blob.digest, size: blob.sizeBytes });
    const manifest = {
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: layer(small, mediaTypes.ociConfig),
      layers: [layer(big, mediaTypes.ociLayer)],
    };
    const bytes = Buffer.from(JSON.stringify(manifest));
    await client.putManifest(repository, 'v1', { bytes, mediaType: mediaTypes.ociManifest });
    return { small, big };
  } finally {
    await client.close();
  }
}

/** Mebibytes a second, the median of the rounds; curl reads, so that this process is no part of it. */
async function throughput(targets: Record<Way, Target>, blob: Blob, times: number): Promise<Record<Way, number>> {
  const found: Record<Way, number[]> = { direct: [], nginx: [], door: [] };
  for (let roundNumber = 0; roundNumber <= rounds; roundNumber += 1) {
    for (const way of ways) {
      const startedMs = performance.now();
      await pull(targets[way], blob, times);
      const speed = (blob.sizeBytes * times) / mebibyte / ((performance.now() - startedMs) / 1000);
      console.error(`${way}: ${times} × ${blob.sizeBytes / mebibyte} MiB at ${Math.round(speed)} MiB/s`);
      // The first round warms the caches.
      if (roundNumber > 0) found[way].push(speed);
    }
  }
  return { direct: median(found.direct), nginx: median(found.nginx), door: median(found.door) };
}

async function pull({ origin, base, headers }: Target, blob: Blob, times: number): Promise<void> {
  const url = `${origin}${base}/blobs/${blob.digest}`;
  const own = Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]);
  const urls = Array.from({ length: times }, () => ['--output', '/dev/null', url]).flat();
  const child = spawn('curl', ['--silent', '--show-error', '--fail', ...own, ...urls], { stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`curl ended with ${code} for ${url}.`);
}

async function headLatency(targets: Record<Way, Target>): Promise<Record<Way, number>> {
  const found: Record<Way, number[]> = { direct: [], nginx: [], door: [] };
  for (let roundNumber = 0; roundNumber <= rounds; roundNumber += 1) {
    for (const way of ways) {
      const p95 = await headP95(targets[way]);
      console.error(`${way}: HEAD p95 ${p95.toFixed(2)} ms at ${headClients} clients`);
      if (roundNumber > 0) found[way].push(p95);
    }
  }
  return { direct: median(found.direct), nginx: median(found.nginx), door: median(found.door) };
}

async function headP95(target: Target): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: headClients });
  const times: number[] = [];
  let left = headsPerRound;
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const startedMs = performance.now();
      await head(target, agent);
      times.push(performance.now() - startedMs);
    }
  };
  await Promise.all(Array.from({ length: headClients }, work));
  agent.destroy();
  return times.toSorted((one, other) => one - other)[Math.floor(times.length * 0.95)] ?? Number.NaN;
}

function head({ origin, base, headers }: Target, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(`${origin}${base}/manifests/v1`, {
      method: 'HEAD',
      agent,
      headers: { accept: mediaTypes.ociManifest, ...headers },
    });
    asked.once('error', reject);
    asked.once('response', (response) => {
      response.resume();
      if (response.statusCode !== 200) reject(new Error(`${response.statusCode} instead of 200`));
      else response.once('end', resolve);
    });
    asked.end();
  });
}

async function memoryGrowth(target: Target, blob: Blob, child: ChildProcess): Promise<number> {
  // What the first pulls make is there for good.
  await pull(target, blob, 2);
  const before = rssMb(child);
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, rssMb(child));
  }, 200);
  for (let done = 0; done < volumeBytes; done += blob.sizeBytes) await pull(target, blob, 1);
  clearInterval(watch);
  console.error(
    `memory: ${before} MB before, at most ${most} MB, ${rssMb(child)} MB after ${volumeBytes / 2 ** 30} GiB`,
  );
  return Math.max(most, rssMb(child)) - before;
}

function rssMb({ pid }: ChildProcess): number {
  return Math.round((Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024) / 1e6);
}

async function startDoor(registry: RealRegistry): Promise<{ url: string; token: string; child: ChildProcess }> {
  const file = path.join(import.meta.dirname, 'gateway-door.ts');
  const child = spawn(process.execPath, ['--max-semi-space-size=4', file, registry.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { url, token } = JSON.parse(line.toString('utf8')) as { url: string; token: string };
  return { url, token, child };
}

async function startNginx(registry: RealRegistry, directory: string): Promise<{ url: string; child: ChildProcess }> {
  const port = await freePort();
  const file = path.join(directory, 'nginx.conf');
  await writeFile(
    file,
    `daemon off; worker_processes 1; pid ${directory}/nginx.pid; error_log stderr error;
events { worker_connections 256; }
http {
  access_log off; client_body_temp_path ${directory}; proxy_temp_path ${directory};
  fastcgi_temp_path ${directory}; uwsgi_temp_path ${directory}; scgi_temp_path ${directory};
  upstream registry { server ${registry.host}; keepalive 32; }
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 0;
    location /v2/ {
      proxy_pass http://registry; proxy_http_version 1.1; proxy_set_header Connection "";
    }
  }
}
`,
  );
  const child = spawn('nginx', ['-p', directory, '-c', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const isUp = await fetch(`${url}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return { url, child };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('nginx did not start: is it installed?');
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

await main();
