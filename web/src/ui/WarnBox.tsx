import type { ReactNode } from 'react';
import styles from './WarnBox.module.css';

interface WarnBoxProps {
  /** Makes it a region of this name. */
  label?: string;
  /** It comes while somebody is at work, and is read out at once. */
  isAlert?: boolean;
  buttons?: ReactNode;
  children: ReactNode;
}

/** Something that waits for a decision: what it is, and the answers below it. */
export function WarnBox({ label, isAlert = false, buttons, children }: WarnBoxProps) {
  const content = (
    <>
      {children}
      {buttons === undefined ? null : <div className={styles['buttons']}>{buttons}</div>}
    </>
  );
  if (label !== undefined) {
    return (
      <section className={styles['box']} aria-label={label}>
        {content}
      </section>
    );
  }
  return (
    <div className={styles['box']} {...(isAlert ? { role: 'alert' } : {})}>
      {content}
    </div>
  );
}
