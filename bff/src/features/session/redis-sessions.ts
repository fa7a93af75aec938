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

/** Redis must be there at the start; when it goes away later, requests fail until it is back. */
const FIRST_CONNECTION_MS = 10_000;
const HEARTBEAT_MS = 5000;
/** A command that was written has no time limit in the library. */
const ANSWER_MS = 3000;

/** @throws SessionsUnavailableError where Redis says that something failed, or says nothing */
export async function answerOfRedis<T>(work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Redis did not answer within ${ANSWER_MS} ms.`)), ANSWER_MS);
  });
  try {
    return await Promise.race([work(), deadline]);
  } catch (error) {
    throw new SessionsUnavailableError('Redis, where the sessions are, cannot be reached.', { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Sessions in Redis, each with its own expiry there. @throws SessionsUnavailableError */
export async function openRedisSessions<Content extends SessionContent>(
  url: string,
  onWarning: (sentence: string, error: unknown) => void,
): Promise<RedisSessions<Content>> {
  const client = createClient({
    url,
    // Requests fail at once while Redis is away, instead of waiting in a queue for it to come back.
    disableOfflineQueue: true,
    commandOptions: { timeout: ANSWER_MS },
    socket: {
      connectTimeout: 5000,
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
  await firstConnection(client);
  const heartbeat = keepAlive(client, onWarning);
  return {
    find: async (idHash) => {
      const text = await answerOfRedis(() => client.get(PREFIX + idHash));
      return text === null ? null : (JSON.parse(text) as Content);
    },
    save: async (idHash, content, idleMs) => {
      await answerOfRedis(() =>
        client.set(PREFIX + idHash, JSON.stringify(content), { expiration: { type: 'PX', value: idleMs } }),
      );
    },
    touch: async (idHash, idleMs) => {
      await answerOfRedis(() => client.pExpire(PREFIX + idHash, idleMs));
    },
    remove: async (idHash) => {
      await answerOfRedis(() => client.del(PREFIX + idHash));
    },
    ping: async () => {
      await answerOfRedis(() => client.ping());
    },
    client,
    close: async () => {
      clearInterval(heartbeat);
      if (client.isOpen) client.destroy();
    },
  };
}

interface Connection {
  readonly isReady: boolean;
  readonly isOpen: boolean;
  ping(): Promise<unknown>;
  connect(): Promise<unknown>;
  destroy(): void;
}

/**
 * A half-open connection gives no error by itself, and what waits for its answers would wait for ever. The library’s own
 * limit for silent sockets begins anew with every command that is written.
 */
function keepAlive(client: Connection, onWarning: (sentence: string, error: unknown) => void): NodeJS.Timeout {
  const beat = async (): Promise<void> => {
    if (!client.isReady) return;
    try {
      await answerOfRedis(() => client.ping());
    } catch (error) {
      if (!client.isOpen) return;
      onWarning('Redis is silent; the connection to it is opened again.', error);
      client.destroy();
      await client.connect();
    }
  };
  const onFault = (error: unknown) => onWarning('The connection to Redis could not be opened again.', error);
  return setInterval(() => void beat().catch(onFault), HEARTBEAT_MS).unref();
}

async function firstConnection(client: { connect(): Promise<unknown>; destroy(): void }): Promise<void> {
  const deadline = AbortSignal.timeout(FIRST_CONNECTION_MS);
  const tooLate = new Promise<never>((_resolve, reject) => {
    deadline.addEventListener('abort', () => reject(new Error(`no answer within ${FIRST_CONNECTION_MS / 1000} s`)));
  });
  try {
    await Promise.race([client.connect(), tooLate]);
  } catch (error) {
    client.destroy();
    const cause = error instanceof Error ? error.message : String(error);
    throw new SessionsUnavailableError(`Redis cannot be reached: ${cause}`, { cause: error });
  }
}
