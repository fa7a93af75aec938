/** One signal of several and a deadline, without leaving listeners behind. */
export function requestAbort(
  signals: readonly (AbortSignal | undefined)[],
  deadlineMs: number | undefined,
): { signal: AbortSignal; isTimeout: () => boolean; clear: () => void } {
  const controller = new AbortController();
  let isTimeout = false;
  const onAbort = (event: Event): void => controller.abort((event.target as AbortSignal).reason);
  for (const signal of signals) {
    if (signal?.aborted) controller.abort(signal.reason);
    else signal?.addEventListener('abort', onAbort, { once: true });
  }
  const timer =
    deadlineMs === undefined
      ? undefined
      : setTimeout(() => {
          isTimeout = true;
          controller.abort(new DOMException('The deadline of the request passed.', 'TimeoutError'));
        }, deadlineMs);
  timer?.unref();
  return {
    signal: controller.signal,
    isTimeout: () => isTimeout,
    clear: () => {
      clearTimeout(timer);
      for (const signal of signals) signal?.removeEventListener('abort', onAbort);
    },
  };
}
