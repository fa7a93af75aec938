import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router';
import { paths } from '../paths.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import { Page } from '../ui/Page.tsx';

export function NotFoundPage() {
  const { t } = useTranslation('common');
  const { pathname } = useLocation();
  return (
    <Page title={t('app.notFoundTitle')}>
      <EmptyState
        action={
          <Button variant="outlined" component={Link} to={paths.home()}>
            {t('app.goHome')}
          </Button>
        }
      >
        {t('app.notFoundWords', { path: decodePath(pathname) })}
      </EmptyState>
    </Page>
  );
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // A stray percent sign: show it as it stands.
    return path;
  }
}
