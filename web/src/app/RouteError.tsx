import Button from '@mui/material/Button';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useRouteError } from 'react-router';
import { ApiError } from '../api/api-error.ts';
import { useErrorWords } from '../domain/error-words.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import { ErrorState } from '../ui/ErrorState.tsx';
import { Page } from '../ui/Page.tsx';
import styles from './RouteError.module.css';

const RELOADED_KEY = 'longshore-reloaded-for';

/** In the place of a page that threw; the navigation around it stays. */
export function RouteError() {
  const error = useRouteError();
  const { t } = useTranslation('common');
  const words = useErrorWords();
  const isOutdated = isMissingCode(error);
  useEffect(() => {
    if (isOutdated) reloadOnce();
  }, [isOutdated]);
  const reload = (
    <Button variant="outlined" onClick={() => location.reload()}>
      {t('app.reload')}
    </Button>
  );

  if (error instanceof ApiError) {
    return (
      <Page title={t('app.brokenTitle')}>
        <ErrorState error={words(error)} onRetry={() => location.reload()} />
      </Page>
    );
  }
  if (isOutdated) {
    return (
      <Page title={t('app.outdatedTitle')}>
        <EmptyState action={reload}>{t('app.outdatedWords')}</EmptyState>
      </Page>
    );
  }
  return (
    <Page title={t('app.brokenTitle')}>
      <EmptyState action={reload}>{t('app.brokenWords')}</EmptyState>
      <details className={styles['details']}>
        <summary>{t('app.brokenDetails')}</summary>
        <pre>{error instanceof Error ? (error.stack ?? error.message) : String(error)}</pre>
      </details>
    </Page>
  );
}

/** The files of an older build are gone once the server is updated; browsers say so each in their own words. */
function isMissingCode(error: unknown): boolean {
  return (
    error instanceof Error &&
    /dynamically imported module|importing a module script failed|preload css/i.test(error.message)
  );
}

/** Once for each page, so that a file that stays away does not reload without end. */
function reloadOnce(): void {
  try {
    if (sessionStorage.getItem(RELOADED_KEY) === location.href) return;
    sessionStorage.setItem(RELOADED_KEY, location.href);
  } catch {
    // Without storage nobody knows whether it was tried: leave it to the button.
    return;
  }
  location.reload();
}
