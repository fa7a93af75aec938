import type { Request } from 'express';

/** Where this console is reached from outside, and how sure that is. */
export interface PublicOrigin {
  /** For what must be absolute. */
  readonly origin: string;
  /** What to put before the path of a Location or Link; empty where only a relative one is certain to be right. */
  readonly prefix: string;
}

/**
 * The configured address; else what a trusted proxy says; else the address the connection came in at. Never what the
 * caller itself says in Host or X-Forwarded-*.
 */
export function publicOriginOf(request: Request, publicUrl: string | null): PublicOrigin {
  if (publicUrl !== null) {
    const { origin } = new URL(publicUrl);
    return { origin, prefix: origin };
  }
  const trust = request.app.get('trust proxy fn') as
    | ((address: string | undefined, hop: number) => boolean)
    | undefined;
  if (trust?.(request.socket.remoteAddress, 0) === true && request.get('x-forwarded-host') !== undefined) {
    const candidate = `${request.protocol}://${request.host ?? ''}`;
    if (URL.canParse(candidate)) {
      const { origin } = new URL(candidate);
      return { origin, prefix: origin };
    }
  }
  const { localAddress = '127.0.0.1', localPort = 80 } = request.socket;
  const address = localAddress.replace(/^::ffff:/, '');
  return { origin: `http://${address.includes(':') ? `[${address}]` : address}:${localPort}`, prefix: '' };
}
