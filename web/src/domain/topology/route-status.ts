import type { Route } from 'bff/contract/operations';
import { isWaiting } from '../tasks/task-status.ts';
import { hasFigures, type RouteEnds } from '../traffic.ts';

/** What stands out about a way between two registries. */
export type RouteTone = 'moving' | 'waiting' | 'onHold' | 'failing' | 'idle';

export function routeTone({ bytesPerSecond, runningTasks, waitingTasks, failedLastHour, activity }: Route): RouteTone {
  if (bytesPerSecond > 0) return 'moving';
  // What somebody holds is no trouble; that a word is waited for is somebody's to see.
  if (activity?.kind === 'maintenance' || activity?.kind === 'paused') return 'onHold';
  // Also where none has failed yet, but it is known that an end does not answer.
  if (waitingTasks > 0 || isWaiting(activity)) return 'waiting';
  if (runningTasks > 0) return 'moving';
  return failedLastHour > 0 ? 'failing' : 'idle';
}

const THINNEST = 1.5;
const THICKEST = 9;
/** Up to this it is drawn as if nothing moved. */
const SLOWEST = 10_000;

/** Thickness of its line: a tenfold rate is a step wider, so that a slow one can still be seen beside a fast one. */
export function routeThickness(bytesPerSecond: number): number {
  if (bytesPerSecond <= SLOWEST) return THINNEST;
  return Math.min(THICKEST, THINNEST + Math.log10(bytesPerSecond / SLOWEST) * 1.5);
}

/** How its line is drawn; plainly where nobody knows what goes on there. */
export function lineOf(way: RouteEnds): { tone: RouteTone; thickness: number } {
  if (!hasFigures(way)) return { tone: 'idle', thickness: THINNEST };
  return { tone: routeTone(way), thickness: routeThickness(way.bytesPerSecond) };
}
