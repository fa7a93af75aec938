import { randomUUID } from 'node:crypto';
import type { RequestHandler, Router } from 'express';
import type { SessionData } from 'express-session';
import type { AuditRecord, RecordAudit } from './access/audit-record.ts';
import type { Config } from './config/config.ts';
import { type Database, isDatabaseUnavailable, migrateToLatest, openDatabase } from './database/index.ts';
import { createAuditStore } from './features/audit/audit.store.ts';
import { type AccessDirectory, createAccessDirectory } from './features/members/access-directory.ts';
import { createAccessFactsStore } from './features/members/access-facts.store.ts';
import { callerFinder } from './features/session/callers.store.ts';
import { openRedisSessions, type RedisSessions, SessionsUnavailableError } from './features/session/redis-sessions.ts';
import { createSessionRecordsStore } from './features/session/session-records.store.ts';
import { createEventBus, type EventBus, type EventRelay, type Publish } from './http/event-bus.ts';
import { createEventStream, type EventStream } from './http/event-stream.ts';
import type { HealthCheck } from './http/health.ts';
import { publicOriginFinder } from './http/public-origin.ts';
import { createSessions, type Sessions } from './http/session-middleware.ts';
import type { SessionRecords } from './http/session-store.ts';
import type { Logger } from './observability/logger.ts';
import { createMetrics, type Metrics } from './observability/metrics.ts';

/** What every feature is built from. */
export interface Foundation {
  readonly config: Config;
  readonly version: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: { now(): Date };
  readonly newId: () => string;
  readonly database: Database;
  readonly redis: RedisSessions<SessionData> | null;
  readonly bus: EventBus;
  readonly publish: Publish;
  readonly sessions: Sessions;
  /** What decisions about rights rest on. */
  readonly access: AccessDirectory;
  readonly recordAudit: RecordAudit;
  /** Says on every instance, and to every page, that rights changed somewhere. */
  readonly announceAccess: () => void;
  readonly eventStream: EventStream;
  readonly healthChecks: readonly HealthCheck[];
  readonly isUnavailable: (error: unknown) => boolean;
  /** Aborted when the process is told to stop. */
  readonly stopping: AbortSignal;
  readonly beginStop: () => void;
  readonly close: () => Promise<void>;
}

/** What a feature adds to the whole. */
export interface FeatureParts {
  /** Endpoints of the contract, below `/api/v1`. */
  readonly router?: Router;
  /** Addresses for programs with a secret of their own, below `/api/v1`, without session and body parser. */
  readonly intake?: Router;
  /** Addresses outside `/api/v1`, for programs: without session, cross-site check and body parser. */
  readonly outside?: Router;
  /** Answers everything below `/v2`; of one feature at most. */
  readonly frontDoor?: RequestHandler;
  /** Called when the server listens. */
  readonly start?: () => void | Promise<void>;
  /** Called when it is told to stop; must end within about four seconds. */
  readonly stop?: () => void | Promise<void>;
}

const EVENT_CHANNEL = 'longshore_events';
/** What changes a decision about rights. */
const forgettable: ReadonlySet<string> = new Set(['access', 'registry', 'project', 'reset']);
const EXPIRED_SESSIONS_EVERY_MS = 60 * 60 * 1000;

export async function openFoundation(config: Config, logger: Logger, version: string): Promise<Foundation> {
  const warn = (sentence: string, error: unknown) => logger.warn({ err: error }, sentence);
  const database = await openDatabase(locationOf(config), warn);
  try {
    await migrateToLatest(database);
    return await buildFoundation(config, logger, version, database);
  } catch (error) {
    await database.close();
    throw error;
  }
}

function locationOf({ database }: Config) {
  return database.kind === 'embedded' ? database : { kind: database.kind, url: database.url.reveal() };
}

async function buildFoundation(
  config: Config,
  logger: Logger,
  version: string,
  database: Database,
): Promise<Foundation> {
  const warn = (sentence: string, error: unknown) => logger.warn({ err: error }, sentence);
  const clock = { now: () => new Date() };
  const metrics = createMetrics();
  const bus = await createEventBus({
    relay: relayOver(database),
    instanceId: randomUUID().slice(0, 8),
    onRelayFailure: (error) => warn('An event could not be told to the other instances.', error),
  });
  const redis = config.redis === null ? null : await openRedisSessions<SessionData>(config.redis.url.reveal(), warn);
  const inDatabase = createSessionRecordsStore<SessionData>(database.kysely);
  const access = createAccessDirectory(createAccessFactsStore(database.kysely), clock);
  bus.subscribeAtOnce((numbered) => {
    if (numbered === null || forgettable.has(numbered.event.name)) access.forget();
  });
  const recordAudit = auditRecorder(database, logger);
  const sessions = buildSessions({ config, database, records: redis ?? inDatabase, clock, access, recordAudit });
  const eventStream = createEventStream({ bus, clock, recheck: sessions.recheck });
  metrics.gauge('longshore_event_stream_clients', 'Open event streams.', eventStream.clientCount);
  const stop = new AbortController();
  const cleaning = cleanSessions(inDatabase, warn);
  return {
    config,
    version,
    logger,
    metrics,
    clock,
    newId: randomUUID,
    database,
    redis,
    bus,
    publish: bus.publish,
    sessions,
    access,
    recordAudit,
    announceAccess: () => {
      access.forget();
      bus.publish({ name: 'access', payload: { at: clock.now().toISOString() } });
    },
    eventStream,
    healthChecks: [
      { name: 'database', check: () => database.ping() },
      ...(redis === null ? [] : [{ name: 'redis', check: redis.ping }]),
    ],
    isUnavailable: (error) => error instanceof SessionsUnavailableError || isDatabaseUnavailable(error),
    stopping: stop.signal,
    beginStop: () => stop.abort(),
    close: async () => {
      clearInterval(cleaning);
      await bus.close();
      await redis?.close();
      await database.close();
    },
  };
}

function cleanSessions(
  { removeExpired }: { readonly removeExpired: () => Promise<void> },
  warn: (sentence: string, error: unknown) => void,
): NodeJS.Timeout {
  const cleaning = setInterval(() => {
    removeExpired().catch((error: unknown) => warn('Expired sessions could not be removed.', error));
  }, EXPIRED_SESSIONS_EVERY_MS);
  return cleaning.unref();
}

/** A line that the database does not take is in the server's own log at least. */
function auditRecorder({ kysely }: Database, logger: Logger): RecordAudit {
  const onLost = (line: AuditRecord, error: unknown) =>
    logger.error({ err: error, line }, 'A line of the audit log could not be written.');
  return createAuditStore(kysely, onLost).record;
}

interface SessionParts extends Pick<Foundation, 'config' | 'database' | 'clock' | 'access' | 'recordAudit'> {
  readonly records: SessionRecords;
}

function buildSessions({ config, database, records, clock, access, recordAudit }: SessionParts): Sessions {
  return createSessions({
    records,
    findAccount: callerFinder(database.kysely),
    facts: access,
    recordAudit,
    secret: config.secrets.session.reveal(),
    isHttps: config.server.publicUrl?.startsWith('https:') ?? false,
    publicOriginOf: publicOriginFinder(config.server),
    clock,
  });
}

/** The embedded database has one process only, so that nobody else is to be told. */
function relayOver(database: Database): EventRelay | null {
  if (database.kind === 'embedded') return null;
  return {
    send: (payload) => database.notify(EVENT_CHANNEL, payload),
    receive: (handler, onGap) => database.listen(EVENT_CHANNEL, handler, { onGap }),
  };
}
