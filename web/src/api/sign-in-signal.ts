const listeners = new Set<() => void>();

/** The server said that nobody is signed in, and that signing in could change its answer. */
export function announceSignInNeeded(): void {
  for (const listener of listeners) listener();
}

export function onSignInNeeded(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
