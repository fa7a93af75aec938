import { once } from 'node:events';
import { Agent, createServer, request as ask } from 'node:http';
import { pipeline } from 'node:stream';
import { listenOnLoopback } from '../testing/listen-on-loopback.ts';

export interface CountingProxy {
  readonly url: string;
  /** Since the last `reset`. */
  counts(): { readonly requests: number; readonly downloadedBytes: number };
  reset(): void;
  stop(): Promise<void>;
}

/** In front of a registry: counts what is asked of it, and the bytes of its answers' bodies. Not for runs that are timed. */
export async function startCountingProxy(target: { readonly port: number }): Promise<CountingProxy> {
  const agent = new Agent({ keepAlive: true });
  let requests = 0;
  let downloadedBytes = 0;
  const server = createServer((incoming, outgoing) => {
    requests += 1;
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
      answer.on('data', (piece: Buffer) => (downloadedBytes += piece.length));
      pipeline(answer, outgoing, () => {});
    });
    upstream.on('error', () => outgoing.destroy());
    pipeline(incoming, upstream, () => {});
  });
  const port = await listenOnLoopback(server);
  return {
    url: `http://127.0.0.1:${port}`,
    counts: () => ({ requests, downloadedBytes }),
    reset: () => {
      requests = 0;
      downloadedBytes = 0;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      agent.destroy();
    },
  };
}
