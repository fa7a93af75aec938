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

/** Lets it through as a request for something else. */
interface OtherRequest {
  readonly onwardPath: string;
}

type Answer = OwnAnswer | OtherRequest | undefined;
type Choose = (request: SeenRequest) => Answer | Promise<Answer>;

export interface RequestProxy {
  readonly url: string;
  readonly port: number;
  /** Every request so far, in the order in which they came. */
  readonly requests: SeenRequest[];
  /** Asked for each request, which waits for it; undefined lets it through. */
  answer(choose: Choose): void;
  stop(): Promise<void>;
}

/** Between the console and a real registry: counts requests, and refuses what a test wants refused. */
export async function startRequestProxy(target: { readonly port: number }): Promise<RequestProxy> {
  const requests: SeenRequest[] = [];
  let choose: Choose = () => undefined;
  const server = createServer((incoming, outgoing) => {
    const seen: SeenRequest = { method: incoming.method ?? '', path: incoming.url ?? '', status: undefined };
    requests.push(seen);
    void serve(incoming, outgoing, seen);
  });
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse, seen: SeenRequest): Promise<void> => {
    const own = await choose(seen);
    if (own === undefined || 'onwardPath' in own) {
      pass(incoming, outgoing, { port: target.port, path: own?.onwardPath ?? seen.path }, seen);
      return;
    }
    seen.status = own.status;
    incoming.resume();
    outgoing.writeHead(own.status, own.headers).end(own.body);
  };
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
function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  to: { readonly port: number; readonly path: string },
  seen: SeenRequest,
): void {
  const { method, headers } = incoming;
  const onward = ask({ host: '127.0.0.1', ...to, method, headers }, (answer) => {
    seen.status = answer.statusCode;
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
    answer.on('error', () => outgoing.destroy());
  });
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}
