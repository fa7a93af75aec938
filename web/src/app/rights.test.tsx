import { act, cleanup, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { announceSignInNeeded } from '../api/sign-in-signal.ts';
import { type Session, sessionQuery } from '../domain/account.ts';
import { pretendMedia } from '../testing/layout.ts';
import { type people, publicReading, sessionOf } from '../testing/people.ts';
import { loadWords, renderAt } from '../testing/render.tsx';
import { Navigation } from './Navigation.tsx';
import { PermissionGate } from './PermissionGate.tsx';
import { SignInGate } from './SignInGate.tsx';
import { TopBar } from './TopBar.tsx';

beforeAll(() => loadWords());
beforeEach(() => pretendMedia(() => false));
afterEach(cleanup);

const key = sessionQuery().queryKey;
const known = (session: Session) => [[key, session]] as const;

describe('the navigation', () => {
  const rail = (
    <Navigation runningTasks={0} unhealthyRegistries={0} isDrawerOpen={false} onCloseDrawer={() => undefined} />
  );
  const links = () =>
    within(screen.getByRole('list'))
      .getAllByRole('link')
      .map((link) => link.textContent);

  it.each([
    [
      'admin',
      ['Home', 'Projects', 'Operations', 'Replication', 'Registries', 'Trash', 'People', 'Audit log', 'Settings'],
    ],
    ['developer', ['Home', 'Projects', 'Replication']],
    ['guest', ['Home', 'Projects', 'Replication']],
    ['limited', ['Home', 'Projects']],
    ['newcomer', ['Home']],
  ] satisfies [keyof typeof people, string[]][])('leads %s to what they may use, and nowhere else', (who, expected) => {
    renderAt('/', rail, known(sessionOf(who)));
    expect(links()).toEqual(expected);
  });

  it('leads who is not signed in to what is public', () => {
    renderAt('/', rail, known(sessionOf(null, publicReading)));
    expect(links()).toEqual(['Home', 'Projects']);
  });
});

describe('the top bar', () => {
  const bar = <TopBar onOpenNavigation={() => undefined} onOpenSearch={() => undefined} />;

  it('offers signing in to who is not, and comes back to the page', () => {
    renderAt('/projects/library?q=a', bar, known(sessionOf(null, publicReading)));
    expect(screen.getByRole('link', { name: 'Sign in' }).getAttribute('href')).toBe(
      '/sign-in?returnTo=%2Fprojects%2Flibrary%3Fq%3Da',
    );
    expect(screen.queryByRole('button', { name: /^Account of/ })).toBeNull();
  });

  it('has the account of who is', () => {
    renderAt('/', bar, known(sessionOf('guest')));
    expect(screen.getByRole('button', { name: 'Account of guest' })).toBeDefined();
    expect(screen.queryByRole('link', { name: 'Sign in' })).toBeNull();
  });
});

describe('the gate', () => {
  const gate = <SignInGate />;

  it('sends to the sign-in page where nothing is public', () => {
    const { router } = renderAt('/projects?q=a', gate, known(sessionOf(null)));
    expect(router.state.location.pathname + router.state.location.search).toBe('/sign-in?returnTo=%2Fprojects%3Fq%3Da');
  });

  it('lets anybody through where something is, until more is asked for than that', () => {
    const { router } = renderAt('/projects/payments', gate, known(sessionOf(null, publicReading)));
    expect(router.state.location.pathname).toBe('/projects/payments');
    act(announceSignInNeeded);
    expect(router.state.location.pathname + router.state.location.search).toBe(
      '/sign-in?returnTo=%2Fprojects%2Fpayments',
    );
  });

  it('asks whose session ends to sign in again, though the rest is public', async () => {
    const { router, client } = renderAt('/projects', gate, known(sessionOf('guest', publicReading)));
    act(announceSignInNeeded);
    expect(router.state.location.pathname).toBe('/projects');
    act(() => void client.setQueryData(key, sessionOf(null, publicReading)));
    await waitFor(() => expect(router.state.location.pathname).toBe('/sign-in'));
  });
});

describe('a page for few', () => {
  const page = (
    <PermissionGate permission="user.manage">
      <p>the users</p>
    </PermissionGate>
  );

  it('is drawn for them', () => {
    renderAt('/users', page, known(sessionOf('admin')));
    expect(screen.getByText('the users')).toBeDefined();
  });

  it('says to others what it needs, without drawing anything of it', () => {
    renderAt('/users', page, known(sessionOf('developer')));
    expect(screen.queryByText('the users')).toBeNull();
    expect(screen.getByText(/Only system administrators/)).toBeDefined();
  });

  it('is a reason to sign in for who is not', () => {
    const { router } = renderAt('/users', page, known(sessionOf(null, publicReading)));
    expect(router.state.location.search).toBe('?returnTo=%2Fusers');
  });
});
