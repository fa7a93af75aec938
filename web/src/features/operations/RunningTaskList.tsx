import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import type { Task, TaskBlob } from 'bff/contract/replication';
import { useCallback, useEffect, useRef, useState } from 'react';
import styles from './operations.module.css';
import { RunningTaskRow } from './RunningTaskRow.tsx';

/** One line. With blobs under it, or in a narrow window, a row is higher: it is measured when it is drawn. */
const ROW_PX = 40;
const OVERSCAN_ROWS = 8;
/** The next page is asked for this long before its first row would be seen. */
const LOAD_AHEAD_ROWS = 30;

interface RunningTaskListProps {
  tasks: readonly Task[];
  /** The blobs that move, by task. */
  moving: ReadonlyMap<string, readonly TaskBlob[]>;
  /** Asks for more of them, where there are more. */
  onNearEnd: (() => void) | undefined;
}

/** In a storm these are hundreds, each of which changes several times a second: only those in sight are drawn. */
export function RunningTaskList({ tasks, moving, onNearEnd }: RunningTaskListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [focusedId, setFocusedId] = useState<string | null>(null);
  const focused = focusedId === null ? -1 : tasks.findIndex(({ id }) => id === focusedId);
  const virtualizer = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => tasks[index]?.id ?? index,
    overscan: OVERSCAN_ROWS,
    // The row with the focus is always there, or scrolling would throw the focus away.
    rangeExtractor: useCallback((range: Range) => withIndex(defaultRangeExtractor(range), focused), [focused]),
  });
  const drawn = virtualizer.getVirtualItems();
  const isNearEnd = (drawn.at(-1)?.index ?? 0) >= tasks.length - LOAD_AHEAD_ROWS;
  useEffect(() => {
    if (isNearEnd) onNearEnd?.();
  }, [isNearEnd, onNearEnd]);
  return (
    <div className={styles['taskScroller']} ref={scroller}>
      <ul className={styles['tasks']} style={{ height: virtualizer.getTotalSize() }}>
        {drawn.map(({ index, start, key }) => {
          const task = tasks[index];
          if (task === undefined) return null;
          return (
            <li
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              aria-setsize={tasks.length}
              aria-posinset={index + 1}
              className={styles['drawnTask']}
              style={{ transform: `translateY(${start}px)` }}
              onFocus={() => setFocusedId(task.id)}
              onBlur={() => setFocusedId(null)}
            >
              <RunningTaskRow task={task} moving={moving.get(task.id) ?? []} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function withIndex(indexes: number[], index: number): number[] {
  if (index === -1 || indexes.includes(index)) return indexes;
  return [...indexes, index].toSorted((left, right) => left - right);
}
