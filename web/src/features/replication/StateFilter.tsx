import type { ReactNode } from 'react';
import styles from './replication.module.css';

interface StateFilterProps<S extends string> {
  /** What is filtered, for screen readers. */
  label: string;
  choices: readonly { key: S | undefined; label: ReactNode; count?: number }[];
  chosen: S | undefined;
  onChoose: (state: S | undefined) => void;
}

/** States as buttons, each with its count where it is known: one filters, “all” shows everything. */
export function StateFilter<S extends string>({ label, choices, chosen, onChoose }: StateFilterProps<S>) {
  return (
    <div role="group" aria-label={label} className={styles['filters']}>
      {choices.map(({ key, label: words, count }) => (
        <button
          key={key ?? ''}
          type="button"
          className={styles['filter']}
          aria-pressed={key === chosen}
          data-empty={count === 0}
          onClick={() => onChoose(key)}
        >
          {words}
          {count === undefined ? null : <span className={styles['count']}>{count}</span>}
        </button>
      ))}
    </div>
  );
}
