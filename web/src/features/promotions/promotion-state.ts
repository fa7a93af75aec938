import type { Promotion, PromotionState } from 'bff/contract/promotions';
import type { Tone } from '../../ui/StatusDot.tsx';
import type { PromotionAct } from './promotions-queries.ts';

export const stateTone: Readonly<Record<PromotionState, Tone>> = {
  waiting: 'warn',
  copying: 'accent',
  done: 'ok',
  failed: 'danger',
  stopped: 'neutral',
  declined: 'neutral',
  withdrawn: 'neutral',
  expired: 'neutral',
  undone: 'neutral',
};

/** What the reader may do with a promotion; `mayPush`: into its environment. */
export function actsOf({ state, isOwn, isUndoable }: Promotion, mayPush: boolean): PromotionAct[] {
  if (state === 'waiting') {
    if (isOwn) return ['withdraw'];
    return mayPush ? ['approve', 'decline'] : [];
  }
  return isUndoable && mayPush ? ['undo'] : [];
}

/** There was no such tag before, somewhere at least: nothing can be put back. */
export function madeTag({ kind, state, targets }: Promotion): boolean {
  return kind === 'promotion' && state === 'done' && targets.some(({ previousDigest }) => previousDigest === null);
}

/** While it waits the tag may have gone on at the source: what is promoted is what was asked for. */
export function hasSourceMoved({ state, kind, digest, sourceDigest }: Promotion): boolean {
  return state === 'waiting' && kind === 'promotion' && sourceDigest !== digest;
}
