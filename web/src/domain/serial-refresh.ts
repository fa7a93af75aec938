export interface SerialRefresh {
  /** Runs now, or once more after the run that is under way. */
  readonly request: () => void;
  /** What was asked for and has not begun is not read; a later request is. */
  readonly forget: () => void;
}

/**
 * A burst of messages becomes few readings: never two at once, with a rest between them, and what came in while one was
 * under way is read after it, so that no message is lost and no reading is cut short for ever by the next.
 */
export function createSerialRefresh(restMs: number, run: () => Promise<unknown>): SerialRefresh {
  let isBusy = false;
  let isWanted = false;

  const rest = () => {
    setTimeout(() => {
      isBusy = false;
      if (isWanted) start();
    }, restMs);
  };
  const start = () => {
    isBusy = true;
    isWanted = false;
    run().then(rest, rest);
  };
  return {
    request() {
      isWanted = true;
      if (!isBusy) start();
    },
    forget() {
      isWanted = false;
    },
  };
}
