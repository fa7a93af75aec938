import type { AccountsStore } from './accounts.store.ts';
import { generatePassword } from './generated-password.ts';
import { hashPassword } from './password-hash.ts';

/** Gives the account a new password, lets it in again if it was disabled, and ends its sessions. Undefined: no such account. */
export async function resetPassword(accounts: AccountsStore, username: string): Promise<string | undefined> {
  const account = await accounts.findByUsername(username);
  if (account === undefined) return undefined;
  const password = generatePassword();
  await accounts.enable(account.id);
  await accounts.setPassword(account.id, await hashPassword(password));
  return password;
}
