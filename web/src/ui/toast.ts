import type { Tone } from './StatusDot.tsx';

export interface ToastContent {
  /** One sentence: what has happened. */
  message: string;
  tone?: Extract<Tone, 'ok' | 'warn' | 'danger' | 'neutral'>;
  /** Undo, or a way to what it speaks of. */
  action?: { label: string; onClick: () => void };
  /** How long it stays. Longer with an action; a `danger` stays until it is dismissed. */
  durationMs?: number;
}

export interface Toast extends ToastContent {
  readonly id: number;
}

const MOST_AT_ONCE = 3;
let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Tells the person something at the top of the page, without taking the focus. Returns what takes it away again. */
export function toast(content: ToastContent): () => void {
  lastId += 1;
  const id = lastId;
  change([...toasts, { ...content, id }].slice(-MOST_AT_ONCE));
  return () => dismissToast(id);
}

export function dismissToast(id: number): void {
  change(toasts.filter((each) => each.id !== id));
}

export function subscribeToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const currentToasts = () => toasts;
