import { type ReactNode, useId } from 'react';
import styles from './project-settings.module.css';

interface ProjectSectionProps {
  title: string;
  /** What it is about, in a sentence. */
  words?: string;
  action?: ReactNode;
  children: ReactNode;
}

/** One part of a project's settings. */
export function ProjectSection({ title, words, action, children }: ProjectSectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={styles['section']}>
      <header>
        <h2 id={id}>{title}</h2>
        {action}
      </header>
      {words === undefined ? null : <p className={styles['words']}>{words}</p>}
      {children}
    </section>
  );
}
