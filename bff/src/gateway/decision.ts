import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { OciError } from './oci-error.ts';
import type { Target } from './request-target.ts';

/** Asked by the nginx in front (`deploy/nginx`), which then moves the bytes itself. */
export const decisionPath = '/gateway/decision';

export interface AskedAbout {
  readonly method: string;
  readonly rawUrl: string;
}

/** What nginx wants to know about; undefined for whoever cannot prove to be it: the answers hold a registry's proof. */
export function questionOf(request: Request, proxyKey: string | null): AskedAbout | undefined {
  const given = request.get('x-longshore-key');
  if (proxyKey === null || given === undefined || !isSame(given, proxyKey)) return undefined;
  return { method: request.get('x-original-method') ?? '', rawUrl: request.get('x-original-uri') ?? '' };
}

/** The bytes of blobs, down and up, are worth it; everything else has answers that nginx could not write. */
export function isForProxy(method: string, kind: Target['kind']): boolean {
  return kind === 'blob' ? method === 'GET' || method === 'HEAD' : kind === 'upload' && method === 'PATCH';
}

/** Nginx sends the request on to the console, which answers in its own words. */
export function answerItYourself(): OciError {
  return new OciError(403, 'UNSUPPORTED', 'The console answers this itself.');
}

function isSame(one: string, other: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}
