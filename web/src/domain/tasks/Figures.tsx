import type { ReactNode } from 'react';
import styles from './figures.module.css';

interface FiguresProps {
  figures: readonly { key: string; label: string; value: ReactNode }[];
}

/** A few large numbers in one line, each with its word under it. */
export function Figures({ figures }: FiguresProps) {
  return (
    <dl className={styles['figures']}>
      {figures.map(({ key, label, value }) => (
        <div key={key} className={styles['figure']}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
