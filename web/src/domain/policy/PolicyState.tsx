import type { Policy } from 'bff/contract/policies';
import { useTranslation } from 'react-i18next';
import { StatusDot, type Tone } from '../../ui/StatusDot.tsx';

const tones: Readonly<Record<Policy['state'], Tone>> = {
  disabled: 'neutral',
  paused: 'warn',
  running: 'accent',
  failing: 'danger',
  idle: 'ok',
};

export function PolicyState({ state }: { state: Policy['state'] }) {
  const { t } = useTranslation('policies');
  return <StatusDot tone={tones[state]} label={t(`state.${state}`)} isActive={state === 'running'} />;
}
