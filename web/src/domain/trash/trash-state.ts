import type { TrashItem, TrashState } from 'bff/contract/trash';
import type { Tone } from '../../ui/StatusDot.tsx';

export const stateTone: Readonly<Record<TrashState, Tone>> = {
  deleting: 'accent',
  deleted: 'neutral',
  restoring: 'accent',
  restored: 'ok',
  purging: 'accent',
  purged: 'neutral',
  failed: 'danger',
};

/** Somebody works on it: what is shown of it is about to change. */
export function isUnderWay({ state }: Pick<TrashItem, 'state'>): boolean {
  return state === 'deleting' || state === 'restoring' || state === 'purging';
}

export function nameOf({ repository, tag, digest }: Pick<TrashItem, 'repository' | 'tag' | 'digest'>): string {
  return tag === null ? `${repository}@${digest ?? ''}` : `${repository}:${tag}`;
}
