import { PullRecorder } from './features/retention/pull-recorder.ts';
import { PullsStore } from './features/retention/pulls.store.ts';
import type { Foundation } from './wire-foundation.ts';

/** Pulls are seen at the front door and told by registries; rules of retention ask for the last ones. */
export function wirePulls({ database, clock, logger }: Foundation) {
  return new PullRecorder({
    store: new PullsStore(database.kysely),
    now: () => clock.now().getTime(),
    onFault: (error) => logger.warn({ err: error }, 'When images were pulled could not be written down.'),
  });
}
