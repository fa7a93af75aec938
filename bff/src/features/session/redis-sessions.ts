import { createClient } from 'redis';

const PREFIX = 'longshore:session:';

type SessionContent = { accountId: string } & object;

export interface RedisSessions<Content extends SessionContent> {
  readonly find: (idHash: string) => Promise<Content | null>;
  readonly save: (idHash: string, content: Content, idleMs: number) => Promise<void>;
  readonly touch: (idHash: string, idleMs: number) => Promise<void>;
  readonly remove: (idHash: string) => Promise<void>;
  readonly ping: () => Promise<void>;
  /** For the sign-in limits. */
  readonly client: unknown;
  readonly close: () => Promise<void>;
}

/** Redis cannot be reached: who is signed in is not known, so that nobody is let in. */
export class SessionsUnavailableError extends Error {
  override readonly name = 'SessionsUnavailableError';
}

/** Sessions in Redis, each with its own expiry there. Does not wait for the connection: until it is there, requests fail. */
export function openRedisSessions<Content extends SessionContent>(
  url: string,
  onWarning: (sentence: string, error: unknown) => void,
): RedisSessions<Content> {
  const client = createClient({
    url,
    // Requests fail at once while Redis is away, instead of waiting in a queue for it to come back.
    disableOfflineQueue: true,
    commandOptions: { timeout: 3000 },
    // Noticed within 20 s: a half-open connection gives no error by itself.
    pingInterval: 5000,
    socket: {
      connectTimeout: 5000,
      socketTimeout: 15_000,
      reconnectStrategy: (retries) => Math.min(100 * 2 ** Math.min(retries, 6), 3000),
    },
  });
  let isLost = false;
  client.on('error', (error: unknown) => {
    // It repeats with every attempt to come back; once is enough to know.
    if (!isLost) onWarning('The connection to Redis was lost; it is opened again.', error);
    isLost = true;
  });
  client.on('ready', () => {
    isLost = false;
  });
  client.connect().catch(() => {});
  const or503 = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw new SessionsUnavailableError('Redis, where the sessions are, cannot be reached.', { cause: error });
    }
  };
  return {
    find: async (idHash) => {
      const text = await or503(() => client.get(PREFIX + idHash));
      return text === null ? null : (JSON.parse(text) as Content);
    },
    save: async (idHash, content, idleMs) => {
      await or503(() =>
        client.set(PREFIX + idHash, JSON.stringify(content), { expiration: { type: 'PX', value: idleMs } }),
      );
    },
    touch: async (idHash, idleMs) => {
      await or503(() => client.pExpire(PREFIX + idHash, idleMs));
    },
    remove: async (idHash) => {
      await or503(() => client.del(PREFIX + idHash));
    },
    ping: async () => {
      await or503(() => client.ping());
    },
    client,
    close: async () => {
      if (client.isOpen) client.destroy();
    },
  };
}
