import AccountIcon from '@mui/icons-material/AccountCircleOutlined';
import MenuIcon from '@mui/icons-material/Menu';
import SearchIcon from '@mui/icons-material/Search';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import type { Account } from 'bff/contract/session';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router';
import { useSession } from '../domain/account.ts';
import { paths } from '../paths.ts';
import { MenuButton } from '../ui/MenuButton.tsx';
import { LanguageMenu, ThemeMenu } from '../ui/PreferenceMenus.tsx';
import { ConnectionState } from './ConnectionState.tsx';
import styles from './TopBar.module.css';
import { useSignOut } from './use-sign-out.ts';

interface TopBarProps {
  onOpenNavigation: () => void;
  onOpenSearch: () => void;
}

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

export function TopBar({ onOpenNavigation, onOpenSearch }: TopBarProps) {
  const { t } = useTranslation('common');
  const { account } = useSession();
  return (
    <header className={styles['bar']}>
      <span className={styles['phoneOnly']}>
        <IconButton aria-label={t('app.openNavigation')} aria-haspopup="dialog" onClick={onOpenNavigation}>
          <MenuIcon fontSize="small" />
        </IconButton>
      </span>
      <button type="button" className={styles['search']} onClick={onOpenSearch} aria-keyshortcuts="Control+K Meta+K">
        <SearchIcon fontSize="inherit" />
        <span className={styles['searchWords']}>{t('app.search')}</span>
        <kbd aria-hidden="true">{isMac ? '⌘K' : 'Ctrl K'}</kbd>
      </button>
      <div className={styles['space']} />
      <ConnectionState />
      <ThemeMenu />
      <LanguageMenu />
      {account === null ? <SignInButton /> : <AccountMenu account={account} />}
    </header>
  );
}

/** For those who look at what is public; they come back to where they are. */
function SignInButton() {
  const { t } = useTranslation('common');
  const { pathname, search } = useLocation();
  return (
    <Button variant="contained" component={Link} to={paths.signIn(`${pathname}${search}`)} sx={{ ml: 0.5 }}>
      {t('app.signIn')}
    </Button>
  );
}

function AccountMenu({ account }: { account: Account }) {
  const { t } = useTranslation('common');
  const signOut = useSignOut();
  return (
    <MenuButton
      label={t('app.account', { name: account.displayName })}
      icon={<AccountIcon fontSize="small" />}
      header={
        <li className={styles['who']} role="presentation">
          <span>{t('app.signedInAs', { name: account.username })}</span>
          {account.isSystemAdmin ? <span className={styles['muted']}>{t('app.systemAdmin')}</span> : null}
        </li>
      }
      actions={[
        { key: 'account', label: t('app.password'), to: paths.account() },
        { key: 'api', label: t('app.apiReference'), href: paths.apiReference() },
        { key: 'out', label: t('app.signOut'), onChoose: signOut },
      ]}
    />
  );
}
