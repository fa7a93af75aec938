import { type ReactNode, useId } from 'react';
import { Link } from 'react-router';
import styles from './Home.module.css';

interface SectionProps {
  title: string;
  facts?: ReactNode;
  link: { label: string; to: string };
  children: ReactNode;
}

/** A part of the home page and the way to all of it. */
export function Section({ title, facts, link, children }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={styles['section']}>
      <header className={styles['sectionHead']}>
        <h2 id={id}>{title}</h2>
        <div className={styles['sectionFacts']}>{facts}</div>
        <Link to={link.to}>{link.label}</Link>
      </header>
      {children}
    </section>
  );
}
