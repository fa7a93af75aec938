import type { ReactNode } from 'react';
import styles from './work-mark.module.css';
import type { WorkKind } from './work-kind.ts';
import { WorkMark } from './WorkMark.tsx';

/** A name on one line, behind what is done with it. */
export function MarkedName({ work, children }: { work: WorkKind; children: ReactNode }) {
  if (work === 'copy') return children;
  return (
    <span className={styles['marked']}>
      <WorkMark work={work} />
      {children}
    </span>
  );
}
