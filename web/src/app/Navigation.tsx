import CloseIcon from '@mui/icons-material/Close';
import TrashIcon from '@mui/icons-material/DeleteOutlined';
import DnsIcon from '@mui/icons-material/DnsOutlined';
import AuditIcon from '@mui/icons-material/FactCheckOutlined';
import FolderIcon from '@mui/icons-material/FolderOutlined';
import HomeIcon from '@mui/icons-material/HomeOutlined';
import MenuOpenIcon from '@mui/icons-material/KeyboardDoubleArrowLeft';
import MonitorIcon from '@mui/icons-material/MonitorHeartOutlined';
import PeopleIcon from '@mui/icons-material/PeopleOutlined';
import SettingsIcon from '@mui/icons-material/SettingsOutlined';
import SyncIcon from '@mui/icons-material/SyncAlt';
import IconButton from '@mui/material/IconButton';
import type { Permission } from 'bff/contract/permissions';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, NavLink, useLocation } from 'react-router';
import { can, useSession } from '../domain/account.ts';
import { useFormat } from '../i18n/use-format.ts';
import { paths } from '../paths.ts';
import { Mark } from '../ui/Mark.tsx';
import styles from './Navigation.module.css';

interface NavigationProps {
  runningTasks: number;
  unhealthyRegistries: number;
  isDrawerOpen: boolean;
  onCloseDrawer: () => void;
}

const COLLAPSED_KEY = 'longshore-navigation';

/** The way to every section that the person may use. On phones it is a drawer. */
export function Navigation({ isDrawerOpen, onCloseDrawer, ...figures }: NavigationProps) {
  const { t } = useTranslation('common');
  const [isCollapsed, toggleCollapsed] = useKeptCollapse();
  const label = isCollapsed ? t('app.expandNavigation') : t('app.collapseNavigation');
  return (
    <>
      <nav className={styles['rail']} data-collapsed={isCollapsed} aria-label={t('app.navigation')}>
        <NavLink to={paths.home()} className={styles['brand'] ?? ''} aria-label="Longshore">
          <Mark />
          <span className={styles['name']}>Longshore</span>
        </NavLink>
        <Items {...figures} />
        <button
          type="button"
          className={styles['collapse']}
          onClick={toggleCollapsed}
          aria-label={label}
          aria-expanded={!isCollapsed}
          title={label}
        >
          <MenuOpenIcon fontSize="inherit" />
          <span className={styles['name']}>{t('app.collapse')}</span>
        </button>
      </nav>
      <NavigationDrawer isOpen={isDrawerOpen} onClose={onCloseDrawer}>
        <Items {...figures} onChosen={onCloseDrawer} />
      </NavigationDrawer>
    </>
  );
}

interface ItemsProps extends Pick<NavigationProps, 'runningTasks' | 'unhealthyRegistries'> {
  onChosen?: () => void;
}

function Items({ runningTasks, unhealthyRegistries, onChosen }: ItemsProps) {
  const { t } = useTranslation('common');
  const session = useSession();
  const { pathname } = useLocation();
  const format = useFormat();
  const item = (permission: Permission, to: string, icon: ReactNode, label: string, counter?: ReactNode) =>
    can(session, permission) ? (
      <li>
        <Link
          to={to}
          aria-current={isWithin(pathname, to) ? 'page' : undefined}
          className={styles['item'] ?? ''}
          title={label}
          onClick={onChosen}
        >
          {icon}
          <span className={styles['name']}>{label}</span>
          {counter}
        </Link>
      </li>
    ) : null;
  return (
    <ul className={styles['items']}>
      {item('none', paths.home(), <HomeIcon />, t('app.home'))}
      {item('catalog.read', paths.projects(), <FolderIcon />, t('app.projects'))}
      {item(
        'operations.read',
        paths.operations(),
        <MonitorIcon />,
        t('app.operations'),
        runningTasks === 0 ? null : (
          <Counter tone="accent" words={t('app.runningTasks', { count: runningTasks })}>
            {format.number(runningTasks)}
          </Counter>
        ),
      )}
      {item('replication.read', paths.policies(), <SyncIcon />, t('app.replication'))}
      {item(
        'registry.read',
        paths.registries(),
        <DnsIcon />,
        t('app.registries'),
        unhealthyRegistries === 0 ? null : (
          <Counter tone="danger" words={t('app.unhealthyRegistries', { count: unhealthyRegistries })}>
            {format.number(unhealthyRegistries)}
          </Counter>
        ),
      )}
      {item('artifact.delete', paths.trash(), <TrashIcon />, t('app.trash'))}
      {item('user.manage', paths.users(), <PeopleIcon />, t('app.people'))}
      {item('system.manage', paths.audit(), <AuditIcon />, t('app.audit'))}
      {item('system.manage', paths.settings(), <SettingsIcon />, t('app.settings'))}
    </ul>
  );
}

/** Users, groups and system robots are one section under three addresses. */
const people = [paths.users(), paths.groups(), paths.systemRobots()];

function isWithin(pathname: string, section: string): boolean {
  const roots = section === paths.users() ? people : [section];
  return roots.some((root) => pathname === root || (root !== paths.home() && pathname.startsWith(`${root}/`)));
}

function Counter({ tone, words, children }: { tone: 'accent' | 'danger'; words: string; children: ReactNode }) {
  return (
    <span className={styles['counter']} data-tone={tone} title={words}>
      <svg viewBox="0 0 10 10" width="8" height="8" aria-hidden="true" fill="currentColor">
        {tone === 'accent' ? <circle cx="5" cy="5" r="4" /> : <path d="M5 .8 9.6 9.2H.4z" />}
      </svg>
      <span aria-hidden="true">{children}</span>
      <span className="visually-hidden">{words}</span>
    </span>
  );
}

/** The browser's own modal dialog: it holds the focus, closes on Escape and gives the focus back. */
function NavigationDrawer({
  isOpen,
  onClose,
  children,
}: {
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation('common');
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (element === null) return undefined;
    if (isOpen) element.showModal();
    else element.close();
    // A click beside the panel lands on the dialog itself, which is the backdrop; Escape is the browser's own.
    const closeOutside = (event: MouseEvent) => {
      if (event.target === element) element.close();
    };
    element.addEventListener('click', closeOutside);
    return () => element.removeEventListener('click', closeOutside);
  }, [isOpen]);
  return (
    <dialog ref={dialog} className={styles['drawer']} aria-label={t('app.navigation')} onClose={onClose}>
      <div className={styles['drawerPanel']}>
        <div className={styles['drawerHead']}>
          <Mark />
          <strong>Longshore</strong>
          <IconButton aria-label={t('app.closeNavigation')} onClick={onClose}>
            <CloseIcon fontSize="small" />
          </IconButton>
        </div>
        {isOpen ? <nav aria-label={t('app.navigation')}>{children}</nav> : null}
      </div>
    </dialog>
  );
}

function useKeptCollapse(): [boolean, () => void] {
  const [isCollapsed, setIsCollapsed] = useState(() => {
    try {
      return localStorage.getItem(COLLAPSED_KEY) === 'collapsed';
    } catch {
      return false;
    }
  });
  const toggle = () => {
    setIsCollapsed(!isCollapsed);
    try {
      localStorage.setItem(COLLAPSED_KEY, isCollapsed ? 'open' : 'collapsed');
    } catch {
      // Kept for this page only.
    }
  };
  return [isCollapsed, toggle];
}
