import { type ComponentType, Suspense, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NavigationType, Outlet, useLocation, useNavigationType } from 'react-router';
import styles from './AppShell.module.css';
import { useProjectEvents, useShellFigures } from './live-queries.ts';
import { Navigation } from './Navigation.tsx';
import { NewsStrip } from './NewsStrip.tsx';
import { TopBar } from './TopBar.tsx';

export interface SearchPaletteProps {
  isOpen: boolean;
  onClose: () => void;
}

interface AppShellProps {
  /** The search over everything, opened with ⌘K or Ctrl-K. */
  SearchPalette: ComponentType<SearchPaletteProps>;
}

/** What surrounds every page: navigation, top bar, news. The page scrolls in the middle. */
export function AppShell({ SearchPalette }: AppShellProps) {
  const { t } = useTranslation('common');
  const main = useRef<HTMLElement>(null);
  const [isDrawerOpen, setIsDrawerOpen] = useState(false);
  const search = useSearchShortcut();
  const figures = useShellFigures();
  useProjectEvents();
  usePageChange(main);
  return (
    <div className={styles['shell']}>
      <a
        className={styles['skip']}
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t('app.skip')}
      </a>
      <Navigation {...figures} isDrawerOpen={isDrawerOpen} onCloseDrawer={() => setIsDrawerOpen(false)} />
      <div className={styles['column']}>
        <TopBar onOpenNavigation={() => setIsDrawerOpen(true)} onOpenSearch={search.open} />
        <main id="content" ref={main} tabIndex={-1} className={styles['main']}>
          <Suspense fallback={null}>
            <Outlet />
          </Suspense>
        </main>
        <NewsStrip />
      </div>
      {search.wasOpened ? (
        <Suspense fallback={null}>
          <SearchPalette isOpen={search.isOpen} onClose={search.close} />
        </Suspense>
      ) : null}
    </div>
  );
}

function useSearchShortcut() {
  const [isOpen, setIsOpen] = useState(false);
  const [wasOpened, setWasOpened] = useState(false);
  const open = () => {
    setWasOpened(true);
    setIsOpen(true);
  };
  // Before the first paint: a page that can be seen answers its keys.
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.shiftKey || event.altKey)
        return;
      event.preventDefault();
      setWasOpened(true);
      setIsOpen((wasOpen) => !wasOpen);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
  return { isOpen, wasOpened, open, close: () => setIsOpen(false) };
}

/**
 * After going to another page its heading gets the focus, so that screen readers say where one is and Tab starts there;
 * the first page leaves the focus alone. A new page starts at its top.
 */
function usePageChange(main: React.RefObject<HTMLElement | null>): void {
  const { pathname } = useLocation();
  const how = useNavigationType();
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return undefined;
    shown.current = pathname;
    if (how !== NavigationType.Pop) main.current?.scrollTo(0, 0);
    // The heading may come a moment later than the address, with the page's code.
    const frame = requestAnimationFrame(() => {
      const element = main.current;
      if (element === null || isBusyElsewhere(element)) return;
      (element.querySelector<HTMLElement>('h1') ?? element).focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [pathname, how, main]);
}

/** The page put the focus somewhere itself, or a dialog has it. */
function isBusyElsewhere(main: HTMLElement): boolean {
  const focused = document.activeElement;
  if (focused === null || focused === document.body) return false;
  return main.contains(focused) || focused.closest('[role="dialog"], dialog') !== null;
}
