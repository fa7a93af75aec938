import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './EmptyState.module.css';

/** An error in words; `domain/error-words.ts` makes them of what a call threw. */
export interface ErrorWords {
  sentence: string;
  /** Finds the call in the server's log. */
  requestId: string | null;
  /** Trying again would give the same answer: it is not there, or not for this reader. */
  isFinal?: boolean;
  /** A way out of it, drawn after the sentence: who can give what is missing. */
  more?: ReactNode;
}

interface ErrorStateProps {
  /** What is missing because of it: "The tags could not be read." Left out where the page's heading says it. */
  title?: string;
  error: ErrorWords;
  onRetry?: () => void;
}

export function ErrorState({ title, error, onRetry }: ErrorStateProps) {
  const { t } = useTranslation('common');
  return (
    <div className={styles['state']} role="alert">
      {title === undefined ? null : <p className={styles['title']}>{title}</p>}
      <p className={styles['words']}>
        {error.sentence} {error.more}
      </p>
      {error.requestId === null ? null : (
        <p className={styles['small']}>
          {t('ui.requestId')} <code>{error.requestId}</code>
        </p>
      )}
      {onRetry === undefined || error.isFinal === true ? null : (
        <div className={styles['action']}>
          <Button variant="outlined" onClick={onRetry}>
            {t('ui.tryAgain')}
          </Button>
        </div>
      )}
    </div>
  );
}
