interface Batch<Item, Answer> {
  readonly items: Item[];
  readonly answer: Promise<Answer>;
}

/**
 * Does together what is asked at the same time: in one turn of the event loop, or while the same is being done. Nobody is
 * answered from before they asked. In a storm this makes a few large statements of thousands of small ones. (The turn
 * counts: the embedded database answers within it, so that nobody would ever wait for another.)
 */
export function gathered<Item, Answer>(
  work: (key: string, items: readonly Item[]) => Promise<Answer>,
): (key: string, item: Item) => Promise<Answer> {
  const running = new Map<string, Promise<unknown>>();
  const waiting = new Map<string, Batch<Item, Answer>>();

  const begin = async (key: string, items: readonly Item[]): Promise<Answer> => {
    await running.get(key);
    await new Promise((resolve) => setImmediate(resolve));
    waiting.delete(key);
    const answer = work(key, items);
    const ended = answer.then(
      () => {},
      () => {},
    );
    running.set(key, ended);
    void ended.then(() => {
      if (running.get(key) === ended) running.delete(key);
    });
    return answer;
  };

  return (key, item) => {
    const batch = waiting.get(key);
    if (batch !== undefined) {
      batch.items.push(item);
      return batch.answer;
    }
    const items = [item];
    const answer = begin(key, items);
    waiting.set(key, { items, answer });
    return answer;
  };
}
