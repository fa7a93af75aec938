import { type ReactNode, useId } from 'react';
import styles from './policies.module.css';

/** One of the six parts of the editor. */
export function EditorSection({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className={styles['part']} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <div className={styles['partFields']}>{children}</div>
    </section>
  );
}
