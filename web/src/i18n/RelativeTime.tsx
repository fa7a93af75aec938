import { useNow } from './now.ts';
import { useFormat } from './use-format.ts';

interface RelativeTimeProps {
  instant: string;
}

const SECOND_MS = 1_000;
const HALF_MINUTE_MS = 30_000;

/** "14 minutes ago", kept current; the exact time is its title and its machine-readable value. */
export function RelativeTime({ instant }: RelativeTimeProps) {
  const format = useFormat();
  const coarseMs = useNow(HALF_MINUTE_MS);
  // Seconds matter only in the first minutes.
  const isRecent = Math.abs(coarseMs - new Date(instant).getTime()) < 3 * 60_000;
  const nowMs = useNow(isRecent ? SECOND_MS : HALF_MINUTE_MS);
  return (
    <time dateTime={instant} title={format.instant(instant)}>
      {format.relative(instant, nowMs)}
    </time>
  );
}
