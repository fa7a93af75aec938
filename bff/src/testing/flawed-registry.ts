import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { listenOnLoopback } from './listen-on-loopback.ts';

/** How this registry misbehaves; without a flaw it serves what it was given, read-only. */
export type Flaw =
  | { readonly kind: 'web-page' }
  | { readonly kind: 'wrong-digest-header' }
  | { readonly kind: 'no-digest-header' }
  | { readonly kind: 'other-manifest-bytes' }
  | { readonly kind: 'truncated-blob'; readonly afterBytes: number }
  | { readonly kind: 'other-blob-bytes' }
  | { readonly kind: 'huge-manifest'; readonly sizeBytes: number }
  | { readonly kind: 'self-linked-pages' }
  | { readonly kind: 'endless-catalog' }
  /** All in one answer, as Distribution 2.8 does it. */
  | { readonly kind: 'many-tags'; readonly count: number }
  | { readonly kind: 'foreign-link'; readonly url: string }
  | { readonly kind: 'null-tags' }
  | { readonly kind: 'busy'; readonly status: 429 | 503; readonly retryAfter: string; readonly times: number }
  | { readonly kind: 'slow-bytes'; readonly everyMs: number }
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'foreign-upload'; readonly url: string }
  | { readonly kind: 'token-realm'; readonly realm: string }
  /** Takes each token for one upload to be opened, and not for its bytes; `lasting` for both. */
  | { readonly kind: 'tokens-run-out'; readonly lasting: string }
  /** Stores what it is sent under whatever digest it is told. */
  | { readonly kind: 'takes-wrong-bytes' }
  /** `says`: the detail of its 500, as Distribution 2.8 has it: words where it writes bytes, a number within its driver. */
  | { readonly kind: 'disk-full'; readonly says: unknown }
  | { readonly kind: 'read-only' };

export interface FlawedRegistry {
  readonly url: string;
  readonly host: string;
  /** Every request so far: `METHOD path`, with the Authorization header it carried. */
  readonly requests: { readonly line: string; readonly authorization: string | undefined }[];
  flaw: Flaw | undefined;
  /** @returns its digest */
  addManifest(reference: string, content: Buffer | object, mediaType: string): string;
  addBlob(bytes: Buffer): string;
  stop(): Promise<void>;
}

interface Content {
  readonly manifests: Map<string, { bytes: Buffer; mediaType: string }>;
  readonly blobs: Map<string, Buffer>;
}

/** A small registry that does wrong on purpose, in the ways that hostile and broken ones do. Any repository name works. */
export async function startFlawedRegistry(flaw?: Flaw): Promise<FlawedRegistry> {
  const content: Content = { manifests: new Map(), blobs: new Map() };
  const state = { busyLeft: flaw?.kind === 'busy' ? flaw.times : 0 };
  const server = createServer((request, response) => {
    registry.requests.push({
      line: `${request.method ?? ''} ${request.url ?? ''}`,
      authorization: request.headers.authorization,
    });
    request.resume();
    if (registry.flaw && answerFlawed(registry.flaw, request, response, content, state)) return;
    answer(request, response, content);
  });
  const port = await listenOnLoopback(server);
  const registry: FlawedRegistry = {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    requests: [],
    flaw,
    addManifest: (reference, document, mediaType) => {
      const bytes = Buffer.isBuffer(document) ? document : Buffer.from(JSON.stringify(document));
      const digest = digestOf(bytes);
      for (const key of [reference, digest]) content.manifests.set(key, { bytes, mediaType });
      return digest;
    },
    addBlob: (bytes) => {
      const digest = digestOf(bytes);
      content.blobs.set(digest, bytes);
      return digest;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return registry;
}

function answer(request: IncomingMessage, response: ServerResponse, content: Content): void {
  const path = (request.url ?? '').split('?')[0] ?? '';
  response.setHeader('docker-distribution-api-version', 'registry/2.0');
  if (path === '/v2/') return json(response, 200, {});
  if (path === '/v2/_catalog') return json(response, 200, { repositories: ['a/b'] });
  if (path.endsWith('/tags/list')) {
    return json(response, 200, {
      name: 'a/b',
      tags: [...content.manifests.keys()].filter((key) => !key.includes(':')),
    });
  }
  const reference = path.slice(path.lastIndexOf('/') + 1);
  const manifest = path.includes('/manifests/') ? content.manifests.get(reference) : undefined;
  if (manifest) {
    response.setHeader('docker-content-digest', digestOf(manifest.bytes));
    return send(response, manifest.bytes, manifest.mediaType);
  }
  const blob = path.includes('/blobs/') ? content.blobs.get(reference) : undefined;
  if (blob) return sendBlob(request, response, blob);
  json(response, 404, { errors: [{ code: 'MANIFEST_UNKNOWN', message: 'not here' }] });
}

function sendBlob(request: IncomingMessage, response: ServerResponse, blob: Buffer): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (from > 0) {
    response.statusCode = 206;
    response.setHeader('content-range', `bytes ${from}-${blob.length - 1}/${blob.length}`);
  }
  send(response, blob.subarray(from), 'application/octet-stream');
}

/** One request to a registry with a flaw. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly reference: string;
  readonly manifest: { bytes: Buffer; mediaType: string } | undefined;
  readonly blob: Buffer | undefined;
  readonly state: { busyLeft: number };
}

/** @returns whether the flaw had something to say to this request */
type Misbehave<Kind extends Flaw['kind']> = (flaw: Extract<Flaw, { kind: Kind }>, exchange: Exchange) => boolean;

function answerFlawed(
  flaw: Flaw,
  request: IncomingMessage,
  response: ServerResponse,
  content: Content,
  state: { busyLeft: number },
): boolean {
  const path = (request.url ?? '').split('?')[0] ?? '';
  const reference = path.slice(path.lastIndexOf('/') + 1);
  const manifest = path.includes('/manifests/') ? content.manifests.get(reference) : undefined;
  const blob = path.includes('/blobs/') ? content.blobs.get(reference) : undefined;
  const misbehave = flaws[flaw.kind] as Misbehave<Flaw['kind']>;
  return misbehave(flaw, { request, response, path, reference, manifest, blob, state });
}

const flaws: { readonly [Kind in Flaw['kind']]: Misbehave<Kind> } = {
  'web-page': (_flaw, { response }) => {
    send(response, Buffer.from('<!doctype html><title>Welcome</title>'), 'text/html; charset=utf-8');
    return true;
  },
  'wrong-digest-header': (_flaw, { manifest, response }) => {
    if (!manifest) return false;
    response.setHeader('docker-content-digest', `sha256:${'f'.repeat(64)}`);
    send(response, manifest.bytes, manifest.mediaType);
    return true;
  },
  'no-digest-header': (_flaw, { manifest, response }) => {
    if (!manifest) return false;
    send(response, manifest.bytes, manifest.mediaType);
    return true;
  },
  'other-manifest-bytes': (_flaw, { manifest, response }) => {
    if (!manifest) return false;
    send(response, Buffer.concat([manifest.bytes, Buffer.from(' ')]), manifest.mediaType);
    return true;
  },
  'truncated-blob': (flaw, { blob, response }) => {
    if (!blob) return false;
    response.writeHead(200, { 'content-length': String(blob.length) });
    response.write(blob.subarray(0, flaw.afterBytes), () => response.destroy());
    return true;
  },
  'other-blob-bytes': (_flaw, { blob, response }) => {
    if (!blob) return false;
    send(response, Buffer.alloc(blob.length, 0x2a), 'application/octet-stream');
    return true;
  },
  'huge-manifest': (flaw, { path, response }) => {
    if (!path.includes('/manifests/')) return false;
    // Without Content-Length, so that only counting helps.
    response.setHeader('content-type', 'application/vnd.oci.image.manifest.v1+json');
    response.write('{"schemaVersion":2,"padding":"');
    response.end(`${'x'.repeat(flaw.sizeBytes)}"}`);
    return true;
  },
  'self-linked-pages': (_flaw, { request, response }) => {
    response.setHeader('link', `<${request.url ?? ''}>; rel="next"`);
    json(response, 200, { repositories: ['a/b'], tags: ['v1'] });
    return true;
  },
  'endless-catalog': (_flaw, { request, response }) => {
    const page = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('last') ?? 0);
    response.setHeader('link', `</v2/_catalog?last=${page + 1}&n=1000>; rel="next"`);
    json(response, 200, { repositories: Array.from({ length: 1000 }, (_entry, index) => `a/b${page}-${index}`) });
    return true;
  },
  'many-tags': (flaw, { path, response }) => {
    if (!path.endsWith('/tags/list')) return false;
    json(response, 200, { name: 'a/b', tags: Array.from({ length: flaw.count }, (_entry, index) => `v${index}`) });
    return true;
  },
  'foreign-link': (flaw, { response }) => {
    response.setHeader('link', `<${flaw.url}>; rel="next"`);
    json(response, 200, { repositories: ['a/b'], tags: ['v1'] });
    return true;
  },
  'null-tags': (_flaw, { response }) => {
    json(response, 200, { name: 'a/b', tags: null, repositories: null });
    return true;
  },
  busy: (flaw, { response, state }) => {
    if (state.busyLeft <= 0) return false;
    state.busyLeft -= 1;
    response.setHeader('retry-after', flaw.retryAfter);
    json(response, flaw.status, { errors: [{ code: 'TOOMANYREQUESTS', message: 'slow down' }] });
    return true;
  },
  'slow-bytes': (flaw, { blob, response }) => {
    if (!blob) return false;
    trickle(response, blob, flaw.everyMs);
    return true;
  },
  redirect: (flaw, { path, reference, response }) => {
    if (!path.includes('/blobs/')) return false;
    response.writeHead(307, { location: flaw.to.replace('<digest>', reference) }).end();
    return true;
  },
  'foreign-upload': (flaw, { request, response }) => {
    if (request.method !== 'POST') return false;
    response.writeHead(202, { location: flaw.url }).end();
    return true;
  },
  'token-realm': (flaw, { response }) => {
    const challenge = `Bearer realm="${flaw.realm}",service="flawed",scope="repository:a/b:pull"`;
    response.setHeader('www-authenticate', challenge);
    json(response, 401, { errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] });
    return true;
  },
  'tokens-run-out': ({ lasting }, { request, response }) => {
    const token = request.headers.authorization?.replace('Bearer ', '');
    if (token !== undefined && (request.method === 'POST' || token === lasting)) {
      const isOpening = request.method === 'POST';
      response.writeHead(isOpening ? 202 : 201, isOpening ? { location: '/v2/a/b/blobs/uploads/1' } : {}).end();
      return true;
    }
    response.setHeader('www-authenticate', 'Bearer realm="http://127.0.0.1:1/token",service="flawed"');
    json(response, 401, { errors: [{ code: 'UNAUTHORIZED', message: 'token is expired' }] });
    return true;
  },
  'takes-wrong-bytes': (_flaw, { request, response }) => {
    const status = { POST: 202, PUT: 201, DELETE: 202 }[request.method ?? ''];
    if (status === undefined) return false;
    response.writeHead(status, { location: '/v2/a/b/blobs/uploads/1' }).end();
    return true;
  },
  'disk-full': ({ says }, { request, response }) => {
    if (request.method === 'POST') response.writeHead(202, { location: '/v2/a/b/blobs/uploads/1' }).end();
    else if (request.method === 'PUT') {
      json(response, 500, { errors: [{ code: 'UNKNOWN', message: 'unknown error', detail: says }] });
    } else return false;
    return true;
  },
  'read-only': (_flaw, { request, response }) => {
    if (request.method === 'GET' || request.method === 'HEAD') return false;
    response.writeHead(405).end();
    return true;
  },
};

function trickle(response: ServerResponse, blob: Buffer, everyMs: number): void {
  response.writeHead(200, { 'content-length': String(blob.length) });
  let sentBytes = 0;
  const timer = setInterval(() => {
    response.write(blob.subarray(sentBytes, sentBytes + 1));
    sentBytes += 1;
    if (sentBytes === blob.length) {
      clearInterval(timer);
      response.end();
    }
  }, everyMs);
  response.on('close', () => clearInterval(timer));
}

function send(response: ServerResponse, bytes: Buffer, mediaType: string): void {
  response.setHeader('content-type', mediaType);
  response.setHeader('content-length', String(bytes.length));
  response.end(bytes);
}

function json(response: ServerResponse, status: number, document: unknown): void {
  response.statusCode = status;
  send(response, Buffer.from(JSON.stringify(document)), 'application/json');
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
