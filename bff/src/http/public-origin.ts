import type { Request } from 'express';

/** Where this console is reached from outside. */
export interface PublicOrigin {
  /** For what must be absolute. */
  readonly origin: string;
  /** What to put before the path of a Location or Link; empty where only a relative one is certain to be right. */
  readonly prefix: string;
  /** Whether it holds for others than whoever asks: false for one of several addresses that the console listens on. */
  readonly isSure: boolean;
}

export type FindPublicOrigin = (request: Request) => PublicOrigin;

/**
 * The configured address; else what a trusted proxy says; else the address the connection came in at. Never what the
 * caller itself says in Host or X-Forwarded-*, and never an address such as 0.0.0.0, at which nobody is.
 */
export function publicOriginFinder(server: {
  readonly publicUrl: string | null;
  readonly host: string;
}): FindPublicOrigin {
  const configured = server.publicUrl === null ? null : new URL(server.publicUrl).origin;
  const isOneAddress = !listensEverywhere(server.host);
  return (request) => {
    if (configured !== null) return { origin: configured, prefix: configured, isSure: true };
    const told = originOfProxy(request);
    if (told !== null) return { origin: told, prefix: told, isSure: true };
    const { localAddress = '127.0.0.1', localPort = 80 } = request.socket;
    const address = localAddress.replace(/^::ffff:/, '');
    const origin = `http://${address.includes(':') ? `[${address}]` : address}:${localPort}`;
    return { origin, prefix: '', isSure: isOneAddress };
  };
}

function originOfProxy(request: Request): string | null {
  const trust = request.app.get('trust proxy fn') as
    | ((address: string | undefined, hop: number) => boolean)
    | undefined;
  if (trust?.(request.socket.remoteAddress, 0) !== true || request.get('x-forwarded-host') === undefined) return null;
  const candidate = `${request.protocol}://${request.host ?? ''}`;
  return URL.canParse(candidate) ? new URL(candidate).origin : null;
}

/** Whether it stands for all addresses of the machine, in any spelling. */
export function listensEverywhere(host: string): boolean {
  const url = `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}`;
  return URL.canParse(url) && ['0.0.0.0', '[::]'].includes(new URL(url).hostname);
}
