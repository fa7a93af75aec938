import type { Robot } from 'bff/contract/robots';
import type { Tone } from '../../ui/StatusDot.tsx';

export type RobotState = 'active' | 'disabled' | 'expired' | 'expiring';

/** Time enough to change a secret on many machines. */
const NEAR_MS = 14 * 86_400_000;

export function stateOf(robot: Pick<Robot, 'isDisabled' | 'expiresAt'>, nowMs: number): RobotState {
  if (robot.isDisabled) return 'disabled';
  if (robot.expiresAt === null) return 'active';
  const leftMs = new Date(robot.expiresAt).getTime() - nowMs;
  if (leftMs <= 0) return 'expired';
  return leftMs <= NEAR_MS ? 'expiring' : 'active';
}

export const stateTone: Readonly<Record<RobotState, Tone>> = {
  active: 'ok',
  disabled: 'neutral',
  expired: 'danger',
  expiring: 'warn',
};

/** While a rotation overlaps: when the old secret ends. */
export function overlapEnd({ secrets }: Pick<Robot, 'secrets'>): string | null {
  if (secrets.length < 2) return null;
  return secrets.map(({ expiresAt }) => expiresAt).find((expiresAt) => expiresAt !== null) ?? null;
}
