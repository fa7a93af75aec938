import { once } from 'node:events';
import { createServer, type IncomingMessage, request as ask, type ServerResponse } from 'node:http';
import { listenOnLoopback } from './listen-on-loopback.ts';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  /** Of the answer; undefined while there is none. */
  status: number | undefined;
}

/** An answer instead of the registry's. */
export interface OwnAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface RequestProxy {
  readonly url: string;
  readonly port: number;
  /** Every request so far, in the order in which they came. */
  readonly requests: SeenRequest[];
  /** Asked for each request; undefined lets it through. */
  answer(choose: (request: SeenRequest) => OwnAnswer | undefined): void;
  stop(): Promise<void>;
}

/** Between the console and a real registry: counts requests, and refuses what a test wants refused. */
export async function startRequestProxy(target: { readonly port: number }): Promise<RequestProxy> {
  const requests: SeenRequest[] = [];
  let choose: (request: SeenRequest) => OwnAnswer | undefined = () => undefined;
  const server = createServer((incoming, outgoing) => {
    const seen: SeenRequest = { method: incoming.method ?? '', path: incoming.url ?? '', status: undefined };
    requests.push(seen);
    const own = choose(seen);
    if (own === undefined) {
      pass(incoming, outgoing, target.port, seen);
      return;
    }
    seen.status = own.status;
    incoming.resume();
    outgoing.writeHead(own.status, own.headers).end(own.body);
  });
  const port = await listenOnLoopback(server);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    answer: (chosen) => {
      choose = chosen;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** With the same Host: the registry writes it into its Location. */
function pass(incoming: IncomingMessage, outgoing: ServerResponse, port: number, seen: SeenRequest): void {
  const { method, url, headers } = incoming;
  const onward = ask({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
    seen.status = answer.statusCode;
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
    answer.on('error', () => outgoing.destroy());
  });
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}
