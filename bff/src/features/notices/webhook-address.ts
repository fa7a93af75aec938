import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

export class WebhookAddressError extends Error {
  override readonly name = 'WebhookAddressError';
}

export interface WebhookAddressRules {
  /** Of addresses by their kind, with the exceptions that whoever runs the server made. */
  readonly allowsAddress: (hostname: string, address: string) => boolean;
  /** Origins and port of this console, which is no receiver. */
  readonly publicUrl: string | null;
  readonly listenPort: number;
  readonly resolve?: (hostname: string) => Promise<string[]>;
}

export interface WebhookAddresses {
  /** @returns the address as it is kept. @throws WebhookAddressError */
  check(text: string): Promise<string>;
  /** For the moment of connecting. */
  allows(hostname: string, address: string, port: number): boolean;
}

/**
 * What no webhook goes to by itself: this machine, its link, and addresses by which clouds give secrets to their machines.
 * Private networks are not in it: what webhooks are for stands there.
 */
export const refusedForWebhooks: ReadonlyArray<readonly [string, number]> = [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['100.100.100.200', 32],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['::1', 128],
  ['fd00:ec2::254', 128],
  ['fe80::', 10],
  ['ff00::', 8],
  // They carry any IPv4 address inside.
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
];

export function createWebhookAddresses(rules: WebhookAddressRules): WebhookAddresses {
  const { allowsAddress, publicUrl, listenPort, resolve = resolveAll } = rules;
  const ownHost = publicUrl === null ? undefined : new URL(publicUrl).hostname;
  const allows = (hostname: string, address: string, port: number): boolean =>
    allowsAddress(hostname, address) && !(port === listenPort && isOfThisMachine(address));
  return {
    allows,
    async check(text) {
      // The URL standard's parser turns every spelling of an address (decimal, octal, mapped) into one.
      const url = URL.canParse(text) ? new URL(text) : undefined;
      if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
        throw new WebhookAddressError('A webhook’s address begins with https:// or http:// and names a host.');
      }
      if (url.username !== '' || url.password !== '') {
        throw new WebhookAddressError('Leave the user out of the address: the signature says who sends it.');
      }
      url.hash = '';
      const hostname = plainHost(url.hostname);
      if (hostname === ownHost) throw new WebhookAddressError('This is the console itself.');
      const addresses = isIP(hostname) === 0 ? await resolve(hostname) : [hostname];
      if (!addresses.every((address) => allows(hostname, address, portOf(url)))) {
        // The same words whether or not something answers there: this must not serve to look around.
        throw new WebhookAddressError(
          `Notices may not be sent to ${url.host}. Whoever runs this server can allow it by adding ${hostname} to network.allowedWebhookHosts.`,
        );
      }
      return url.href;
    },
  };
}

export function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}

export function plainHost(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

function isOfThisMachine(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, '').replace(/%.*$/, '');
  if (plain === '::1' || plain === '::' || plain.startsWith('127.') || plain.startsWith('0.')) return true;
  return Object.values(networkInterfaces()).some((own) => own?.some((one) => one.address === plain));
}

/** None where the name is not known: that is for the delivery to say. */
async function resolveAll(hostname: string): Promise<string[]> {
  try {
    return (await lookup(hostname, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}
