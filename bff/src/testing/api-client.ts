import type { Answer, CallInput, Endpoint } from '../contract/endpoint.ts';
import type { Problem } from '../contract/errors.ts';
import type { StreamEvent, StreamEventName } from '../contract/events.ts';
import { signIn } from '../contract/session.ts';

/** An answer that is a problem document. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.status} ${problem.code}: ${problem.detail}`);
    this.problem = problem;
  }
}

export interface TestEventStream {
  /** Every event so far. */
  readonly events: Array<{ id: string; event: StreamEvent }>;
  /** Every message so far: what arrives together is one. */
  readonly messages: readonly { readonly atMs: number; readonly id: string }[];
  /** The next event (or one that came already) that fits. */
  waitFor<N extends StreamEventName>(
    name: N,
    fits?: (payload: Extract<StreamEvent, { name: N }>['payload']) => boolean,
    timeoutMs?: number,
  ): Promise<Extract<StreamEvent, { name: N }>['payload']>;
  /** Resolves when the server ended the stream. */
  readonly ended: Promise<void>;
  close(): void;
}

export interface TestApiClient {
  /** One operation of the contract. @throws ProblemError */
  call<E extends Endpoint>(endpoint: E, input: CallInput<E>): Promise<Answer<E>>;
  /** A bare request with this client's cookies. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  signIn(username: string, password: string): Promise<void>;
  openEvents(lastEventId?: string): Promise<TestEventStream>;
  cookie: string;
}

/** What a browser's page would do, without the browser: keeps cookies and sends its own origin. */
export function createApiClient(url: string): TestApiClient {
  const client: TestApiClient = {
    cookie: '',
    fetch: async (path, init = {}) => {
      const headers = new Headers(init.headers);
      if (client.cookie !== '') headers.set('cookie', client.cookie);
      const response = await fetch(new URL(path, url), { redirect: 'manual', ...init, headers });
      for (const line of response.headers.getSetCookie()) client.cookie = line.split(';')[0] ?? '';
      return response;
    },
    call: async (endpoint, input) => {
      const { params, query, body } = input as { params?: Fields; query?: Fields; body?: unknown };
      const response = await client.fetch(endpointPath(endpoint.path, params, query), {
        method: endpoint.method,
        headers: { origin: new URL(url).origin, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new ProblemError((await response.json()) as Problem);
      return (response.status === 204 || endpoint.response === null ? undefined : await response.json()) as Answer<
        typeof endpoint
      >;
    },
    signIn: async (username, password) => {
      await client.call(signIn, { body: { username, password } });
    },
    openEvents: async (lastEventId) => {
      const stop = new AbortController();
      const response = await client.fetch('/api/v1/events', {
        signal: stop.signal,
        headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
      });
      if (response.body === null || !response.ok) throw new ProblemError((await response.json()) as Problem);
      return readEvents(response.body, stop);
    },
  };
  return client;
}

type Fields = Record<string, string | number | undefined>;

/** `/api/v1/…` with its parameters filled in and the query appended. */
export function endpointPath(path: string, params: Fields = {}, query: Fields = {}): string {
  const filled = path.replace(/:(\w+)/g, (_match, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.append(name, String(value));
  const text = search.toString();
  return `/api/v1${filled}${text === '' ? '' : `?${text}`}`;
}

function readEvents(body: ReadableStream<Uint8Array>, stop: AbortController): TestEventStream {
  const events: TestEventStream['events'] = [];
  const messages: { atMs: number; id: string }[] = [];
  const watchers = new Set<() => void>();
  const read = async () => {
    let text = '';
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + chunk).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = Object.fromEntries(
          block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        );
        if (fields['data'] === undefined) continue;
        messages.push({ atMs: performance.now(), id: fields['id'] ?? '' });
        for (const event of JSON.parse(fields['data']) as StreamEvent[]) {
          // It says nothing but that the connection is there.
          if (event.name !== 'alive') events.push({ id: fields['id'] ?? '', event });
        }
      }
      for (const watcher of watchers) watcher();
    }
  };
  return {
    events,
    messages,
    ended: read().catch(() => {}),
    close: () => stop.abort(),
    waitFor: (name, fits = () => true, timeoutMs = 120_000) =>
      new Promise((resolve, reject) => {
        let looked = 0;
        const look = () => {
          for (; looked < events.length; looked += 1) {
            const event = events[looked]?.event;
            if (event?.name !== name || !fits(event.payload as never)) continue;
            watchers.delete(look);
            clearTimeout(timer);
            resolve(event.payload as never);
            return;
          }
        };
        const timer = setTimeout(() => {
          watchers.delete(look);
          const seen = events.map(({ event }) => event.name).join(', ');
          reject(new Error(`No fitting event "${name}" within ${timeoutMs} ms; there were: ${seen || 'none'}.`));
        }, timeoutMs);
        watchers.add(look);
        look();
      }),
  };
}
