import type { Tone } from '../../ui/StatusDot.tsx';

export const healthTones: Readonly<Record<string, Tone>> = {
  up: 'ok',
  degraded: 'warn',
  down: 'danger',
  unknown: 'neutral',
};
