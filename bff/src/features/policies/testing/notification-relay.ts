import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '../../replication/testing/waiting.ts';

interface Notification {
  readonly body: Buffer;
  readonly authorization: string;
  readonly answer: ServerResponse;
}

/** Between one registry and the console: what the registry tells can be kept back, as by a slow network. */
export interface NotificationRelay {
  readonly url: string;
  hold(): void;
  /** Passes on what was kept back, in order, up to the news of this manifest; what comes after that is kept back still. */
  passUpTo(digest: string): Promise<void>;
  /** Passes on what was kept back, and everything from now on. */
  release(): Promise<void>;
  close(): Promise<void>;
}

export async function startNotificationRelay(consoleUrl: string): Promise<NotificationRelay> {
  const held: Notification[] = [];
  let isHolding = false;
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const notification = { body, authorization: request.headers.authorization ?? '', answer: response };
      if (isHolding) held.push(notification);
      else void pass(consoleUrl, notification);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    hold: () => {
      isHolding = true;
    },
    // Distribution sends the next notification when the one before has its answer.
    passUpTo: async (digest) => {
      for (;;) {
        const oldest = await until(`a notification of ${digest}`, async () => held.shift());
        await pass(consoleUrl, oldest);
        if (oldest.body.includes(digest)) return;
      }
    },
    release: async () => {
      isHolding = false;
      for (const notification of held.splice(0)) await pass(consoleUrl, notification);
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function pass(consoleUrl: string, { body, authorization, answer }: Notification): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization };
  try {
    const response = await fetch(consoleUrl, { method: 'POST', headers, body: new Uint8Array(body) });
    await response.arrayBuffer();
    answer.writeHead(response.status).end();
  } catch {
    answer.writeHead(502).end();
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
