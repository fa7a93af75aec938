import type { Permission } from 'bff/contract/permissions';
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useLocation } from 'react-router';
import { can, useSession } from '../domain/account.ts';
import { paths } from '../paths.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import { Page } from '../ui/Page.tsx';

interface PermissionGateProps {
  permission: Permission;
  children: ReactNode;
}

/** In front of a page that everything on it would be refused to: says so, or lets people sign in first. */
export function PermissionGate({ permission, children }: PermissionGateProps) {
  const { t } = useTranslation('common');
  const { pathname, search } = useLocation();
  const session = useSession();
  if (can(session, permission)) return children;
  if (session.account === null) return <Navigate to={paths.signIn(`${pathname}${search}`)} replace />;
  return (
    <Page title={t('app.noPermissionTitle')}>
      <EmptyState
        action={
          <Button variant="outlined" component={Link} to={paths.home()}>
            {t('app.goHome')}
          </Button>
        }
      >
        {t(wordsOf(permission))}
      </EmptyState>
    </Page>
  );
}

function wordsOf(permission: Permission) {
  if (permission === 'artifact.delete') return 'app.noPermissionDelete';
  return permission === 'replication.read' ? 'app.noPermissionRole' : 'app.noPermissionAdmin';
}
