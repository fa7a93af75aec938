import { ConfigError, EXIT_BAD_CONFIGURATION } from './config/config-error.ts';
import type { Config } from './config/config.ts';
import { DatabaseFolderInUseError, isDatabaseUnavailable, MigrationError } from './database/index.ts';
import { SessionsUnavailableError } from './features/session/redis-sessions.ts';
import { createLogger, type Logger, withoutSecrets } from './observability/logger.ts';
import { version } from './version.ts';
import { type RunningLongshore, startLongshore } from './wire.ts';

const STOP_WITHIN_MS = 5000;

/** Runs the console until it is told to stop; resolves to the exit code. */
export async function serve(config: Config): Promise<number> {
  const logger = createLogger(config.log.level);
  // Listened to from the start: a stop that comes while the database opens must not be lost.
  const stop = stopSignal();
  const running = await startOrExplain(config, logger);
  process.on('unhandledRejection', (error) => logger.error({ err: error }, 'A promise was left alone with its error.'));
  process.stdout.write(`${readyLine(running)}\n`);
  const signal = await stop;
  logger.info({ signal }, 'Stopping.');
  const cut = setTimeout(() => {
    logger.error('Not everything ended in time; what was left is cut off.');
    process.exit(1);
  }, STOP_WITHIN_MS);
  await running.close();
  clearTimeout(cut);
  return 0;
}

export function readyLine({ url, administrator }: Pick<RunningLongshore, 'url' | 'administrator'>): string {
  const { username, generatedPassword } = administrator;
  const how =
    generatedPassword === null
      ? `sign in as ${username}`
      : `sign in as ${username} with the password ${generatedPassword} (shown only now; change it under your name)`;
  return `Longshore is ready at ${url} — ${how}`;
}

async function startOrExplain(config: Config, logger: Logger): Promise<RunningLongshore> {
  try {
    return await startLongshore(config, { logger, version });
  } catch (error) {
    throw explain(error, config);
  }
}

/** What a person at the terminal can do something about, in one sentence; anything else stays as it is. */
function explain(thrown: unknown, { server, database }: Config): unknown {
  // The migration is the first to use the database: what stopped it says more than that it stopped.
  const error = thrown instanceof MigrationError && isDatabaseUnavailable(thrown.cause) ? thrown.cause : thrown;
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  if (syscall === 'listen') {
    const where = `${server.host}:${server.port}`;
    if (code === 'EADDRINUSE') return new ConfigError(`PORT (server.port): ${where} is in use; choose another port.`);
    if (code === 'EACCES')
      return new ConfigError(`PORT (server.port): ${where} is not open to this user; ports above 1023 are.`);
    return new ConfigError(`HOST (server.host): the console cannot listen on ${where} (${String(code)}).`);
  }
  if (error instanceof DatabaseFolderInUseError)
    return new ConfigError(`LONGSHORE_DATA (dataDirectory): ${error.message}`);
  if (error instanceof SessionsUnavailableError) {
    return new ConfigError(`REDIS_URL (redis.url): ${withoutSecrets(error.message)}.`, 1);
  }
  if (error instanceof MigrationError || database.kind === 'embedded') return error;
  const isRefused = typeof code === 'string' && /^(?:28|3D)/.test(code);
  if (!isRefused && !isDatabaseUnavailable(error)) return error;
  const cause = withoutSecrets(error instanceof Error ? error.message || String(code) : String(error));
  // A database that is down may come back: then a supervisor should start the console again, which 78 says is in vain.
  const exitCode = isRefused ? EXIT_BAD_CONFIGURATION : 1;
  return new ConfigError(`DATABASE_URL (database.url): PostgreSQL cannot be used: ${cause}.`, exitCode);
}

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => resolve(signal));
    }
  });
}
