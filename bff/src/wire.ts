import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from './config/config.ts';
import { createApp } from './http/app.ts';
import { listensEverywhere } from './http/public-origin.ts';
import type { Logger } from './observability/logger.ts';
import { type FeatureParts, type Foundation, openFoundation } from './wire-foundation.ts';
import { wireFeatures } from './wire-features.ts';

export interface RunningLongshore {
  /** Where it can be reached: the public URL where one is set. */
  readonly url: string;
  /** Where it listens. */
  readonly listenUrl: string;
  readonly administrator: { readonly username: string; readonly generatedPassword: string | null };
  readonly foundation: Foundation;
  readonly features: readonly FeatureParts[];
  /** Ends streams, finishes requests, stops the workers, closes the database; whatever takes longer is cut off. */
  close(): Promise<void>;
}

export interface StartOptions {
  readonly logger: Logger;
  readonly version: string;
}

/** Requests that are running get this long, workers the rest of five seconds. */
const REQUESTS_END_MS = 2000;

/** Opens, builds and starts everything that one console process is. */
export async function startLongshore(config: Config, { logger, version }: StartOptions): Promise<RunningLongshore> {
  const foundation = await openFoundation(config, logger, version);
  try {
    const { administrator, features } = await wireFeatures(foundation);
    const { stopping } = foundation;
    const app = createApp({
      version,
      publicUrl: config.server.publicUrl,
      trustedProxies: config.server.trustedProxies,
      webDirectory: config.server.webDirectory,
      logger,
      metrics: foundation.metrics,
      sessions: foundation.sessions,
      eventStream: foundation.eventStream,
      healthChecks: foundation.healthChecks,
      isStopping: () => stopping.aborted,
      isUnavailable: foundation.isUnavailable,
      frontDoor: features.find(({ frontDoor }) => frontDoor !== undefined)?.frontDoor ?? null,
      intakes: features.flatMap(({ intake }) => (intake === undefined ? [] : [intake])),
      outside: features.flatMap(({ outside }) => (outside === undefined ? [] : [outside])),
      routers: features.flatMap(({ router }) => (router === undefined ? [] : [router])),
    });
    const server = createServer(app);
    const listenUrl = await listen(server, config.server);
    for (const { start } of features) await start?.();
    warnOfAddress(config.server, logger);
    return {
      url: config.server.publicUrl ?? listenUrl,
      listenUrl,
      administrator,
      foundation,
      features,
      close: () => closeEverything(server, foundation, features),
    };
  } catch (error) {
    await foundation.close();
    throw error;
  }
}

/** Not refused: where all are in one network, the address that a connection came in at is a right one. */
function warnOfAddress({ publicUrl, host }: Config['server'], logger: Logger): void {
  if (publicUrl !== null || !listensEverywhere(host)) return;
  logger.warn(
    `LONGSHORE_PUBLIC_URL (server.publicUrl) is not set and the console listens on every address (${host}): clients are ` +
      'sent for their tokens to the address that their own connection came in at, which they may not reach through a ' +
      'proxy or a published port. Set it to the address that people and registries use.',
  );
}

function listen(server: Server, { host, port }: Config['server']): Promise<string> {
  // Slow headers hold a connection for nothing; the stream of events is not concerned. Bodies have limits of their own:
  // a push may take as long as it takes, everything else a minute.
  server.headersTimeout = 20_000;
  server.requestTimeout = 0;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const { address, family, port: chosen } = server.address() as AddressInfo;
      const isEverywhere = address === '0.0.0.0' || address === '::';
      const name = isEverywhere ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address;
      resolve(`http://${name}:${chosen}`);
    });
  });
}

async function closeEverything(
  server: Server,
  foundation: Foundation,
  features: readonly FeatureParts[],
): Promise<void> {
  foundation.beginStop();
  foundation.eventStream.close();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), REQUESTS_END_MS);
  await Promise.all([closed, ...features.map(({ stop }) => stop?.())]);
  clearTimeout(cut);
  await foundation.close();
}
