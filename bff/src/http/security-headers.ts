import { randomBytes } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';

const nonces = new WeakMap<object, string>();

/** The nonce of this answer's policy, for the page that is sent with it. */
export function nonceOf(response: Response): string {
  return nonces.get(response) ?? '';
}

/** A strict policy: everything from here, styles made at run time only with the nonce of the answer, no frames at all. */
export function securityHeaders(isHttps: boolean): RequestHandler {
  const withNonce = (_request: unknown, response: object) => `'nonce-${nonces.get(response) ?? ''}'`;
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'", withNonce],
        styleSrc: ["'self'", withNonce],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        workerSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        objectSrc: ["'none'"],
      },
    },
    // Over plain HTTP browsers ignore it; said by a console that is later reached without TLS it would lock people out.
    strictTransportSecurity: isHttps ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    crossOriginEmbedderPolicy: false,
    xFrameOptions: { action: 'deny' },
    referrerPolicy: { policy: 'same-origin' },
  });
  return (request, response, next) => {
    nonces.set(response, randomBytes(18).toString('base64'));
    headers(request, response, next);
  };
}
