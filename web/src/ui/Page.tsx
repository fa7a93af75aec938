import type { ReactNode } from 'react';
import { withoutTurns } from '../i18n/plain-text.ts';
import styles from './Page.module.css';

interface PageProps {
  /** For the heading and, with the product's name, for the window. */
  title: string;
  /** Drawn in place of the title in the heading where it is more than text. */
  heading?: ReactNode;
  /** Links to the pages above, for `Breadcrumbs`. */
  above?: ReactNode;
  /** A few facts in one line beside the title. */
  facts?: ReactNode;
  /** The main action, at the right. */
  action?: ReactNode;
  /** Links between sibling pages, on a line of their own. */
  tabs?: ReactNode;
  /** Filters under the title, ruled off from the content. */
  toolbar?: ReactNode;
  /** The content takes the rest of the window and scrolls by itself, as a `DataTable` does. */
  fill?: boolean;
  children: ReactNode;
}

/** The frame of every page: what it is, its facts, its main action, then its content in full width. */
export function Page({ title, heading, above, facts, action, tabs, toolbar, fill = false, children }: PageProps) {
  return (
    <div className={fill ? `${styles['page']} ${styles['fill']}` : styles['page']}>
      <title>{`${withoutTurns(title)} · Longshore`}</title>
      <header className={styles['header']}>
        <div className={styles['words']}>
          {above === undefined ? null : <div className={styles['above']}>{above}</div>}
          <div className={styles['line']}>
            <h1 className={styles['title']} tabIndex={-1}>
              {heading ?? title}
            </h1>
            {facts === undefined ? null : <div className={styles['facts']}>{facts}</div>}
          </div>
        </div>
        {action === undefined ? null : <div className={styles['action']}>{action}</div>}
      </header>
      {tabs === undefined ? null : <div className={styles['tabs']}>{tabs}</div>}
      {toolbar === undefined ? null : <div className={styles['toolbar']}>{toolbar}</div>}
      <div className={styles['content']}>{children}</div>
    </div>
  );
}
