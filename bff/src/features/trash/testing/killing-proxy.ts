import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface KillingProxy {
  readonly url: string;
  /** The next request that fits is where the process ends: before the registry has it, or after it has answered. */
  killAt(fits: (method: string, path: string) => boolean, when: 'before' | 'after', kill: () => Promise<void>): void;
  /** Whether it came to that. */
  readonly hasKilled: boolean;
  close(): Promise<void>;
}

/** In front of a registry: the requests of a process say exactly how far it has come. */
export async function startKillingProxy(registryUrl: string): Promise<KillingProxy> {
  let armed:
    | { fits: (method: string, path: string) => boolean; when: 'before' | 'after'; kill: () => Promise<void> }
    | undefined;
  let hasKilled = false;
  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const plan = armed?.fits(method, url) === true ? armed : undefined;
    if (plan !== undefined) armed = undefined;
    const end = async (): Promise<void> => {
      await plan?.kill();
      hasKilled = true;
      outgoing.destroy();
    };
    if (plan?.when === 'before') {
      void end();
      return;
    }
    const forwarded = request(new URL(url, registryUrl), { method, headers }, (answer) => {
      if (plan !== undefined) {
        answer.resume();
        void end();
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    killAt: (fits, when, kill) => {
      hasKilled = false;
      armed = { fits, when, kill };
    },
    get hasKilled() {
      return hasKilled;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
