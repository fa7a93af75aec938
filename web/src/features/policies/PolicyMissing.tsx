import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ApiError } from '../../api/api-error.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { paths } from '../../paths.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Page } from '../../ui/Page.tsx';

/** In place of a policy that cannot be shown. */
export function PolicyMissing({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const { t } = useTranslation('policies');
  const errorWords = useErrorWords();
  const isGone = error instanceof ApiError && (error.status === 404 || error.status === 400);
  return (
    <Page title={t('title')}>
      {isGone ? (
        <EmptyState
          title={t('notFound')}
          action={
            <Button variant="outlined" component={Link} to={paths.policies()}>
              {t('toList')}
            </Button>
          }
        >
          {t('notFoundHint')}
        </EmptyState>
      ) : (
        <ErrorState title={t('notRead')} error={errorWords(error)} onRetry={onRetry} />
      )}
    </Page>
  );
}
