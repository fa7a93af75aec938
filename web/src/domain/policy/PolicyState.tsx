import type { Policy } from 'bff/contract/policies';
import { useTranslation } from 'react-i18next';
import { StatusDot, type Tone } from '../../ui/StatusDot.tsx';
import { useActivityWords } from '../tasks/activity-words.ts';
import { activityTone, isWaiting } from '../tasks/task-status.ts';

const tones: Readonly<Record<Policy['state'], Tone>> = {
  disabled: 'neutral',
  paused: 'warn',
  running: 'accent',
  waiting: 'warn',
  failing: 'danger',
  idle: 'ok',
};

interface PolicyStateProps {
  policy: Pick<Policy, 'state' | 'activity' | 'lastExecution' | 'lastLook'>;
  /** Also what it waits for, beside the word. */
  hasCause?: boolean;
}

export function PolicyState({
  policy: { state, activity, lastExecution, lastLook },
  hasCause = false,
}: PolicyStateProps) {
  const { t } = useTranslation('policies');
  const words = useActivityWords();
  // Nothing is known to be up to date before it has run, or has found nothing to do.
  if (state === 'idle' && lastExecution === null && lastLook === null)
    return <StatusDot tone="neutral" label={t('state.never')} />;
  // Of a paused one its tasks wait, too: how many is said with that.
  if (!isWaiting(activity) || (state !== 'waiting' && state !== 'paused')) {
    return <StatusDot tone={tones[state]} label={t(`state.${state}`)} isActive={state === 'running'} />;
  }
  const { state: waits, cause, long } = words(activity);
  const label = state === 'paused' ? t('state.paused') : waits;
  return (
    <span title={long}>
      <StatusDot
        tone={state === 'paused' ? tones.paused : activityTone(activity)}
        label={hasCause ? [label, cause].join(' · ') : label}
        wraps={hasCause}
      />
    </span>
  );
}
