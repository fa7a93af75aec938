import type { ReactNode } from 'react';
import styles from './EmptyState.module.css';

interface EmptyStateProps {
  /** What is not there: "No registries yet". Left out where the page's heading says it. */
  title?: string;
  /** The next step, as a sentence. */
  children?: ReactNode;
  /** The control that takes the step. */
  action?: ReactNode;
}

export function EmptyState({ title, children, action }: EmptyStateProps) {
  return (
    <div className={styles['state']}>
      {title === undefined ? null : <p className={styles['title']}>{title}</p>}
      {children === undefined ? null : <div className={styles['words']}>{children}</div>}
      {action === undefined ? null : <div className={styles['action']}>{action}</div>}
    </div>
  );
}
