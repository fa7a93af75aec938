import { hkdfSync } from 'node:crypto';

/** On every answer of the front door; proxies pass on a header that they do not know. */
export const ownMarkHeader = 'longshore-front-door';

/**
 * The same on all instances of an installation and on no other: by it the console knows its own front door, whatever
 * name, address or proxy leads there. It says nothing about the secret it is made from.
 */
export function ownMarkOf(secret: string): string {
  return Buffer.from(hkdfSync('sha256', secret, '', 'longshore front door mark', 16)).toString('hex');
}
