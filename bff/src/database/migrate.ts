import { type Migration, Migrator } from 'kysely/migration';
import type { Database } from './database-port.ts';
import { up as foundation } from './migrations/0001-foundation.ts';
import { up as catalogNames } from './migrations/0002-catalog-names.ts';
import { up as access } from './migrations/0003-access.ts';
import { up as parts } from './migrations/0004-parts.ts';
import { up as policies } from './migrations/0005-policies.ts';
import { up as traffic } from './migrations/0006-traffic.ts';
import { up as promotion } from './migrations/0007-promotion.ts';
import { up as notices } from './migrations/0008-notices.ts';
import { up as tagOrigins } from './migrations/0009-tag-origins.ts';
import { up as platforms } from './migrations/0010-platforms.ts';
import { up as breakers } from './migrations/0011-breakers.ts';
import { up as trash } from './migrations/0012-trash.ts';
import { up as trashComment } from './migrations/0013-trash-comment.ts';
import { up as collections } from './migrations/0014-collections.ts';
import { up as retention } from './migrations/0015-retention.ts';
import { up as storage } from './migrations/0016-storage.ts';
import { up as tombstones } from './migrations/0017-tombstones.ts';
import { up as outages } from './migrations/0018-outages.ts';
import { up as policyDeletions } from './migrations/0019-policy-deletions.ts';
import { up as tries } from './migrations/0020-tries.ts';
import { up as policyLooks } from './migrations/0021-policy-looks.ts';
import { up as noticeHolds } from './migrations/0022-notice-holds.ts';

/** Named here, not found in a folder: what runs is what was reviewed and type-checked. */
const migrations: Record<string, Migration> = {
  '0001-foundation': { up: foundation },
  '0002-catalog-names': { up: catalogNames },
  '0003-access': { up: access },
  '0004-parts': { up: parts },
  '0005-policies': { up: policies },
  '0006-traffic': { up: traffic },
  '0007-promotion': { up: promotion },
  '0008-notices': { up: notices },
  '0009-tag-origins': { up: tagOrigins },
  '0010-platforms': { up: platforms },
  '0011-breakers': { up: breakers },
  '0012-trash': { up: trash },
  '0013-trash-comment': { up: trashComment },
  '0014-collections': { up: collections },
  '0015-retention': { up: retention },
  '0016-storage': { up: storage },
  '0017-tombstones': { up: tombstones },
  '0018-outages': { up: outages },
  '0019-policy-deletions': { up: policyDeletions },
  '0020-tries': { up: tries },
  '0021-policy-looks': { up: policyLooks },
  '0022-notice-holds': { up: noticeHolds },
};

export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/**
 * Brings the schema to the newest version. Several instances may do so at once: on PostgreSQL one holds an advisory lock
 * and the others wait for it. A schema that is newer than this program is refused.
 */
export async function migrateToLatest(database: Database): Promise<void> {
  const migrator = new Migrator({
    db: database.kysely,
    provider: { getMigrations: () => Promise.resolve(migrations) },
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find((result) => result.status === 'Error')?.migrationName;
  const cause = error instanceof Error ? error.message : JSON.stringify(error);
  throw new MigrationError(
    failed === undefined ? `The database could not be migrated: ${cause}` : `Migration ${failed} failed: ${cause}`,
    { cause: error },
  );
}
