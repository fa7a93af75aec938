import type { Database, DatabaseLocation } from './database-port.ts';
import { openEmbeddedDatabase } from './embedded-database.ts';
import { openPostgresDatabase } from './postgres-database.ts';

export type { Database, DatabaseLocation, ListenOptions, QueueBackend } from './database-port.ts';
export { DatabaseFolderInUseError } from './folder-lock.ts';
export { MigrationError, migrateToLatest } from './migrate.ts';
export { isDatabaseUnavailable } from './unavailable.ts';
export type { FollowedPolicyJson } from './column-types.ts';
export type { NewRow, Row, RowChange, Tables } from './tables.ts';

/**
 * Opens the database without migrating it. Throws `DatabaseFolderInUseError` when another process holds the folder of the
 * embedded one. `onWarning` hears of lost connections, which are opened again by themselves.
 */
export async function openDatabase(
  location: DatabaseLocation,
  onWarning: (sentence: string, error: unknown) => void = () => {},
): Promise<Database> {
  return location.kind === 'embedded' ? openEmbeddedDatabase(location) : openPostgresDatabase(location, onWarning);
}
