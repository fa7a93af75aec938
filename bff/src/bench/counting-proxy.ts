import { once } from 'node:events';
import { Agent, createServer, request as ask } from 'node:http';
import { pipeline } from 'node:stream';
import { listenOnLoopback } from '../testing/listen-on-loopback.ts';

export interface CountingProxy {
  readonly url: string;
  /** Since the last `reset`. */
  counts(): { readonly requests: number; readonly downloadedBytes: number; readonly blobBytes: number };
  reset(): void;
  stop(): Promise<void>;
}

/** In front of a registry: counts what is asked of it, the bytes of its answers' bodies, and those of blobs either way. Not for runs that are timed. */
export async function startCountingProxy(target: { readonly port: number }): Promise<CountingProxy> {
  const agent = new Agent({ keepAlive: true });
  let requests = 0;
  let downloadedBytes = 0;
  let blobBytes = 0;
  const server = createServer((incoming, outgoing) => {
    requests += 1;
    const isBlob = incoming.url?.includes('/blobs/') === true;
    if (isBlob) incoming.on('data', (piece: Buffer) => (blobBytes += piece.length));
    // `Host` stays as it came, so that the registry's own links lead here again.
    const upstream = ask({
      host: '127.0.0.1',
      port: target.port,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.headers,
      agent,
    });
    upstream.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.on('data', (piece: Buffer) => {
        downloadedBytes += piece.length;
        if (isBlob) blobBytes += piece.length;
      });
      pipeline(answer, outgoing, () => {});
    });
    upstream.on('error', () => outgoing.destroy());
    pipeline(incoming, upstream, () => {});
  });
  const port = await listenOnLoopback(server);
  return {
    url: `http://127.0.0.1:${port}`,
    counts: () => ({ requests, downloadedBytes, blobBytes }),
    reset: () => {
      requests = 0;
      downloadedBytes = 0;
      blobBytes = 0;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      agent.destroy();
    },
  };
}
