import type { ReactNode } from 'react';
import { useFormat } from '../i18n/use-format.ts';
import styles from './FilterButtons.module.css';

export interface FilterChoice<K extends string> {
  /** Undefined shows everything. */
  key: K | undefined;
  label: ReactNode;
  /** How many there are, where it is known. */
  count?: number | undefined;
}

interface FilterButtonsProps<K extends string> {
  /** What is filtered, for screen readers. */
  label: string;
  choices: readonly FilterChoice<K>[];
  chosen: K | undefined;
  onChoose: (key: K | undefined) => void;
}

/** A filter as buttons, each with its count where it is known; the chosen one pressed again shows everything. */
export function FilterButtons<K extends string>({ label, choices, chosen, onChoose }: FilterButtonsProps<K>) {
  const { number } = useFormat();
  return (
    <div role="group" aria-label={label} className={styles['filters']}>
      {choices.map(({ key, label: words, count }) => (
        <button
          key={key ?? ''}
          type="button"
          className={styles['filter']}
          aria-pressed={key === chosen}
          data-empty={count === 0}
          onClick={() => onChoose(key === chosen ? undefined : key)}
        >
          {words}
          {count === undefined ? null : <span className={styles['count']}>{number(count)}</span>}
        </button>
      ))}
    </div>
  );
}
