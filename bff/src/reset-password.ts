import { ConfigError } from './config/config-error.ts';
import type { Config } from './config/config.ts';
import { DatabaseFolderInUseError, migrateToLatest, openDatabase } from './database/index.ts';
import { createAccountsStore } from './features/session/accounts.store.ts';
import { resetPassword as resetStoredPassword } from './features/session/reset-password.ts';

/** `longshore reset-password`: for who has the machine but lost the password. Resolves to the exit code. */
export async function resetPassword(config: Config, username: string): Promise<number> {
  const { database: location } = config;
  const database = await openDatabase(
    location.kind === 'embedded' ? location : { kind: location.kind, url: location.url.reveal() },
  ).catch((error: unknown) => {
    if (!(error instanceof DatabaseFolderInUseError)) throw error;
    throw new ConfigError(`Stop Longshore first: its embedded database in ${error.folder} is in use.`, 1);
  });
  try {
    await migrateToLatest(database);
    const password = await resetStoredPassword(createAccountsStore(database.kysely), username);
    if (password === undefined) {
      process.stderr.write(`There is no user "${username}".\n`);
      return 1;
    }
    process.stdout.write(
      `The new password of ${username} is ${password} (shown only now). Every session of theirs has ended.\n`,
    );
    return 0;
  } finally {
    await database.close();
  }
}
