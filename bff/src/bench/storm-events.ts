import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { mediaTypes } from '../registry-client/index.ts';
import { seededRandom } from '../testing/chaos-proxy.ts';

export interface Push {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/** What happens at one place of the storm: tags are pushed, and an event is posted, which may be of another push. */
export interface StormStep {
  readonly pushes: readonly Push[];
  readonly posted: { readonly id: string; readonly push: Push };
}

const duplicatedShare = 0.2;
const reorderedShare = 0.05;
/** How many places too late an event may come: enough for it to be passed by the next push of its tag. */
const latestBy = 200;

/** A fifth of all events are second copies of one, a twentieth come after others that happened later. */
export function planStorm(pushes: readonly Push[], seed: number): StormStep[] {
  const random = seededRandom(seed);
  const count = Math.round(pushes.length / (1 - duplicatedShare));
  const some = () => 1 + Math.floor(random() * latestBy);
  const events = pushes.map((push, place) => {
    const happens = (place * count) / pushes.length;
    const isLate = random() < reorderedShare / (1 - duplicatedShare);
    return { id: `storm-${seed}-${place}`, push, happens, at: happens + (isLate ? some() : 0) };
  });
  const again = Array.from({ length: count - pushes.length }, () => {
    const event = events[Math.floor(random() * events.length)];
    if (event === undefined) throw new Error('There is nothing to say twice.');
    return { ...event, at: event.at + some() };
  });
  const posted = [...events, ...again].toSorted((one, other) => one.at - other.at);
  let happened = 0;
  return posted.map((event, place) => {
    // Whatever is posted has happened: a registry tells of nothing before.
    const from = happened;
    const until = Math.max(place, event.happens);
    while (happened < events.length && (events[happened]?.happens ?? 0) <= until) happened += 1;
    const pushed = events.slice(from, happened).map(({ push }) => push);
    return { pushes: pushed, posted: { id: event.id, push: event.push } };
  });
}

export interface StormTarget {
  readonly url: string;
  readonly secret: string;
}

export interface StormAnswers {
  /** From when each event was due until the console had acknowledged it, also of those that it first refused. */
  readonly ackMs: number[];
  readonly refused: number;
  readonly tookMs: number;
}

/** Posts each event when it is due, whether or not those before it were answered; like a registry, again until it is taken. */
export async function postStorm(
  steps: readonly StormStep[],
  totalMs: number,
  target: StormTarget,
  onPush: (push: Push) => void,
): Promise<StormAnswers> {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const ackMs: number[] = [];
  let refused = 0;
  const begunMs = performance.now();
  const post = async (posted: StormStep['posted'], dueMs: number): Promise<void> => {
    while (!(await isTaken(agent, target, envelopeOf(posted)))) {
      refused += 1;
      await sleep(1000);
    }
    ackMs.push(performance.now() - dueMs);
  };
  const posts: Promise<void>[] = [];
  for (const [place, { pushes, posted }] of steps.entries()) {
    const dueMs = begunMs + (place * totalMs) / steps.length;
    while (performance.now() < dueMs) await sleep(Math.max(1, dueMs - performance.now()));
    for (const push of pushes) onPush(push);
    posts.push(post(posted, dueMs));
  }
  await Promise.all(posts);
  agent.destroy();
  return { ackMs, refused, tookMs: performance.now() - begunMs };
}

function envelopeOf({ id, push }: StormStep['posted']): string {
  const { repository, tag, digest } = push;
  const target = { mediaType: mediaTypes.ociManifest, size: 1234, length: 1234, repository, tag, digest };
  const event = {
    id,
    timestamp: new Date().toISOString(),
    action: 'push',
    target: { ...target, url: `http://registry.example/v2/${repository}/manifests/${digest}` },
    request: { id, addr: '10.0.0.7:51034', host: 'registry.example', method: 'PUT', useragent: 'docker/27.0' },
    actor: { name: 'builder' },
    source: { addr: 'registry.example:5000', instanceID: 'storm' },
  };
  return JSON.stringify({ events: [event] });
}

async function isTaken(agent: Agent, { url, secret }: StormTarget, body: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(url, {
      agent,
      method: 'POST',
      headers: {
        'content-type': 'application/vnd.docker.distribution.events.v1+json',
        'content-length': Buffer.byteLength(body),
        authorization: `Bearer ${secret}`,
      },
    });
    asked.on('response', (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode === 202));
      answer.on('error', () => resolve(false));
    });
    asked.on('error', () => resolve(false));
    asked.end(body);
  });
}
