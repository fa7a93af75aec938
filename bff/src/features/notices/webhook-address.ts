import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

export class WebhookAddressError extends Error {
  override readonly name = 'WebhookAddressError';
}

export interface WebhookAddressRules {
  /** Of addresses by their kind, with the exceptions that whoever runs the server made. */
  readonly allowsAddress: (hostname: string, address: string, port: number) => boolean;
  /** Whether it is such an exception, as it stands. */
  readonly isException: (hostname: string, port: number) => boolean;
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
  const { allowsAddress, isException, publicUrl, listenPort, resolve = resolveAll } = rules;
  const own = publicUrl === null ? undefined : new URL(publicUrl);
  const ownHost = own && plainHost(own.hostname);
  const isConsole = (hostname: string, port: number): boolean =>
    own !== undefined && hostname === ownHost && isPortOf(own, port);
  const allows = (hostname: string, address: string, port: number): boolean =>
    !isConsole(hostname, port) &&
    // What else stands on its host is for whoever runs the server to say.
    (hostname !== ownHost || isException(hostname, port)) &&
    allowsAddress(hostname, address, port) &&
    !(port === listenPort && isOfThisMachine(address));
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
      if (isConsole(hostname, portOf(url))) throw new WebhookAddressError('This is the console itself.');
      if (hostname === ownHost && !isException(hostname, portOf(url))) throw refused(url);
      const addresses = isIP(hostname) === 0 ? await resolve(hostname) : [hostname];
      if (!addresses.every((address) => allows(hostname, address, portOf(url)))) throw refused(url);
      return url.href;
    },
  };
}

/** The same words whether or not something answers there: this must not serve to look around. */
function refused({ host, hostname }: URL): WebhookAddressError {
  return new WebhookAddressError(
    `Notices may not be sent to ${host}. Whoever runs this server can allow it by adding ${hostname} to network.allowedWebhookHosts.`,
  );
}

/** One that stands behind a proxy at one of the usual ports is at the other, too. */
function isPortOf(console: URL, port: number): boolean {
  const usual = [80, 443];
  return port === portOf(console) || (usual.includes(port) && usual.includes(portOf(console)));
}

/** As the address of a webhook has it, whatever the spelling. */
export function exceptionOf(entry: string): string {
  const [, host = entry, port = ''] = /^(.*?)(:\d+)?$/.exec(entry) ?? [];
  return URL.canParse(`http://${host}`) ? `${new URL(`http://${host}`).hostname}${port}` : entry;
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

const loopback = new BlockList();
loopback.addSubnet('0.0.0.0', 8, 'ipv4');
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::', 'ipv6');
loopback.addAddress('::1', 'ipv6');

/** Also where an IPv6 address carries an IPv4 address inside. */
function isOfThisMachine(address: string): boolean {
  const plain = address.replace(/%.*$/, '');
  const family = isIP(plain) === 4 ? 'ipv4' : 'ipv6';
  const own = new BlockList();
  for (const { address: one, family: version } of Object.values(networkInterfaces()).flatMap((all) => all ?? [])) {
    own.addAddress(one.replace(/%.*$/, ''), version === 'IPv4' ? 'ipv4' : 'ipv6');
  }
  return loopback.check(plain, family) || own.check(plain, family);
}

/** None where the name is not known: that is for the delivery to say. */
async function resolveAll(hostname: string): Promise<string[]> {
  try {
    return (await lookup(hostname, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}
