import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request as ask, type ServerResponse } from 'node:http';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { digestOf, isIndex } from '../registry-client/index.ts';
import type { RealRegistry } from './real-registry.ts';
import { listenOnLoopback } from './listen-on-loopback.ts';

export interface SparseDoor {
  readonly url: string;
  stop(): Promise<void>;
}

const manifestPath = /^\/v2\/(.+)\/manifests\/([^/?]+)$/;

/**
 * A way to a real registry of Distribution 2.8 that makes it take an index without all its children, as Distribution 3 does
 * where it is told to: what the registry refuses for that is put into its storage. It serves that like everything else.
 */
export async function startSparseDoor({ port, storageDirectory }: RealRegistry): Promise<SparseDoor> {
  const server = createServer((request, response) => {
    const named = request.method === 'PUT' ? manifestPath.exec(request.url ?? '') : null;
    const work =
      named === null
        ? pass(request, response, port)
        : putManifest(request, response, { port, named, storageDirectory });
    work.catch(() => response.destroy());
  });
  const listening = await listenOnLoopback(server);
  return {
    url: `http://127.0.0.1:${listening}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function forward({ method, url, headers }: IncomingMessage, port: number) {
  return ask({ host: '127.0.0.1', port, method, path: url, headers });
}

async function answerOf(sent: ReturnType<typeof ask>): Promise<IncomingMessage> {
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return answer;
}

async function pass(request: IncomingMessage, response: ServerResponse, port: number): Promise<void> {
  const sent = forward(request, port);
  request.pipe(sent);
  const answer = await answerOf(sent);
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.pipe(response);
}

interface Put {
  readonly port: number;
  readonly named: RegExpExecArray;
  readonly storageDirectory: string;
}

async function putManifest(request: IncomingMessage, response: ServerResponse, put: Put): Promise<void> {
  const bytes = await buffer(request);
  const sent = forward(request, put.port);
  sent.end(bytes);
  const answer = await answerOf(sent);
  const said = await buffer(answer);
  const isSparse = isIndex(request.headers['content-type'] ?? '') && said.includes('MANIFEST_BLOB_UNKNOWN');
  if (!isSparse) {
    response.writeHead(answer.statusCode ?? 502, answer.headers).end(said);
    return;
  }
  const [, repository = '', reference = ''] = put.named;
  const digest = digestOf(bytes);
  await store(path.join(put.storageDirectory, 'docker/registry/v2'), repository, reference, bytes);
  response.writeHead(201, { 'docker-content-digest': digest, 'content-length': '0' }).end();
}

/** As Distribution lays it out: the bytes, and links to them from the repository's revisions and the tag. */
async function store(root: string, repository: string, reference: string, bytes: Buffer): Promise<void> {
  const digest = digestOf(bytes);
  const hex = digest.slice('sha256:'.length);
  const write = async (file: string, content: Buffer | string): Promise<void> => {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), content);
  };
  const manifests = `repositories/${repository}/_manifests`;
  await write(`blobs/sha256/${hex.slice(0, 2)}/${hex}/data`, bytes);
  await write(`${manifests}/revisions/sha256/${hex}/link`, digest);
  if (reference.includes(':')) return;
  await write(`${manifests}/tags/${reference}/index/sha256/${hex}/link`, digest);
  await write(`${manifests}/tags/${reference}/current/link`, digest);
}
