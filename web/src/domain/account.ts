import { useSuspenseQuery } from '@tanstack/react-query';
import type { Answer } from 'bff/contract/endpoint';
import type { Permission } from 'bff/contract/permissions';
import { type Account, getSession } from 'bff/contract/session';
import { endpointQuery } from '../api/endpoint-query.ts';

export type Session = Answer<typeof getSession>;

export const sessionQuery = () => ({ ...endpointQuery(getSession, {}), staleTime: 5 * 60_000 });

/** Whether the reader may do something somewhere, as the server's permission table decided. */
export function can({ account, anonymousPermissions }: Session, permission: Permission): boolean {
  if (permission === 'none') return true;
  if (permission === 'signed-in') return account !== null;
  return (account?.permissions ?? anonymousPermissions).includes(permission);
}

/** Whether there is anything to see for somebody who is not signed in. */
export const isOpenToAnybody = ({ anonymousPermissions }: Pick<Session, 'anonymousPermissions'>): boolean =>
  anonymousPermissions.includes('catalog.read');

export function useSession(): Session {
  return useSuspenseQuery(sessionQuery()).data;
}

/** Who is signed in; only on pages that are for signed-in people. */
export function useAccount(): Account {
  const { account } = useSession();
  if (account === null) throw new Error('Nobody is signed in, yet a page for signed-in people is drawn.');
  return account;
}

/** Whether the reader asked for it; who did may stop it without further rights. */
export function useIsOwn({ requestedBy }: { readonly requestedBy: string | null }): boolean {
  const { account } = useSession();
  return account !== null && account.username === requestedBy;
}

/** For controls that would be refused everywhere: leave them out when this is false. For those of a place see `canAt`. */
export function useCan(permission: Permission): boolean {
  return can(useSession(), permission);
}
