import { useSuspenseQuery } from '@tanstack/react-query';
import type { Permission } from 'bff/contract/permissions';
import { type Account, getSession } from 'bff/contract/session';
import { endpointQuery } from '../api/endpoint-query.ts';

export const sessionQuery = () => ({ ...endpointQuery(getSession, {}), staleTime: 5 * 60_000 });

/** Whether an account may do something, as the server's permission table decided; null is nobody. */
export function can(account: Account | null, permission: Permission): boolean {
  if (permission === 'none') return true;
  if (account === null) return false;
  return permission === 'signed-in' || account.permissions.includes(permission);
}

/** Who is signed in; only behind the sign-in gate. */
export function useAccount(): Account {
  const { account } = useSuspenseQuery(sessionQuery()).data;
  if (account === null) throw new Error('Nobody is signed in, yet a page behind the sign-in gate is drawn.');
  return account;
}

/** For controls that would be refused: leave them out when this is false. */
export function useCan(permission: Permission): boolean {
  return can(useSuspenseQuery(sessionQuery()).data.account, permission);
}
