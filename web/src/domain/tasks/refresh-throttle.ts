export interface RefreshThrottle {
  /** Runs now when it has been quiet for the interval, else once at the interval's end. */
  readonly request: () => void;
  readonly cancel: () => void;
}

/** A burst of messages becomes at most one reading per interval, and the last message is never lost. */
export function createRefreshThrottle(intervalMs: number, run: () => void): RefreshThrottle {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isWanted = false;
  const fire = () => {
    isWanted = false;
    timer = setTimeout(() => {
      timer = undefined;
      if (isWanted) fire();
    }, intervalMs);
    run();
  };
  return {
    request() {
      if (timer === undefined) fire();
      else isWanted = true;
    },
    cancel() {
      clearTimeout(timer);
      timer = undefined;
      isWanted = false;
    },
  };
}
