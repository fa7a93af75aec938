import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

export interface AddressRules {
  /**
   * Hosts an administrator allowed although they are, or resolve to, addresses of this machine or of a private network:
   * `registry.internal`, `localhost:5000`, `10.1.2.3`, `*.corp.example` or `10.0.0.0/8`.
   */
  readonly allowedHosts: readonly string[];
  /** What needs such a permission; unless told, everything that is not the open internet. */
  readonly refused?: readonly AddressRange[];
  /** Every address of a name; handed in so that tests need no name server. */
  readonly resolve?: (hostname: string) => Promise<string[]>;
}

export type AddressRange = readonly [address: string, prefix: number];

export class RegistryAddressError extends Error {
  override readonly name = 'RegistryAddressError';
  readonly url: string;

  constructor(url: string, sentence: string) {
    super(sentence);
    this.url = url;
  }
}

export interface AddressPolicy {
  /** @returns the address as it is stored: scheme, host and port only. @throws RegistryAddressError */
  checkUrl(url: string): Promise<string>;
  /** For the moment of connecting: a name may resolve to something else by then. */
  allowsAddress(hostname: string, address: string, port?: number): boolean;
  /** Whether an administrator named exactly this host, or it with this port. */
  names(hostname: string, port: number): boolean;
}

// https://www.iana.org/assignments/iana-ipv4-special-registry and its IPv6 counterpart: what is not the open internet.
const special: readonly AddressRange[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['::1', 128],
  // NAT64 and 6to4 carry any IPv4 address inside.
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
];

export function createAddressPolicy({
  allowedHosts,
  refused = special,
  resolve = resolveAll,
}: AddressRules): AddressPolicy {
  const notPublic = blockList(refused);
  const allowedRanges = blockList(allowedHosts.flatMap((entry) => parseRange(entry)));
  const allowedNames = new Set(allowedHosts.map((entry) => plainHost(entry)));
  const allowedSuffixes = allowedHosts.filter((entry) => entry.startsWith('*.')).map((entry) => entry.slice(1));

  const allowsName = (hostname: string): boolean =>
    allowedNames.has(hostname) || allowedSuffixes.some((suffix) => hostname.endsWith(suffix));
  const allowsUrl = (url: URL): boolean => allowsName(plainHost(url.hostname)) || allowedNames.has(url.host);
  const names = (hostname: string, port: number): boolean => {
    const plain = plainHost(hostname);
    return allowedNames.has(plain) || allowedNames.has(isIP(plain) === 6 ? `[${plain}]:${port}` : `${plain}:${port}`);
  };
  const allowsAddress = (hostname: string, address: string, port?: number): boolean =>
    allowsName(plainHost(hostname)) ||
    (port !== undefined && names(hostname, port)) ||
    contains(allowedRanges, address) ||
    !contains(notPublic, address);

  return {
    allowsAddress,
    names,
    async checkUrl(text) {
      const url = parseRegistryUrl(text);
      const hostname = plainHost(url.hostname);
      if (!allowsUrl(url)) {
        const addresses = isIP(hostname) === 0 ? await resolve(hostname) : [hostname];
        if (!addresses.every((address) => allowsAddress(hostname, address))) {
          // The same words whether or not something answers there: this must not serve to look around the network.
          throw new RegistryAddressError(
            text,
            `${url.host} is on this machine or in a private network. Whoever runs this server can allow it by adding ${hostname} to network.allowedRegistryHosts.`,
          );
        }
      }
      return url.origin;
    },
  };
}

function parseRegistryUrl(text: string): URL {
  // The URL standard's parser turns every spelling of an address (decimal, octal, mapped) into one.
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new RegistryAddressError(text, 'A registry’s address begins with http:// or https:// and names a host.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new RegistryAddressError(
      url.host,
      'Put the user name and the password in their own fields, not in the address.',
    );
  }
  if ((url.pathname !== '/' && !/^\/v2\/?$/.test(url.pathname)) || url.search !== '' || url.hash !== '') {
    throw new RegistryAddressError(text, `Only scheme, host and port make a registry’s address: ${url.origin}`);
  }
  return url;
}

function plainHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

function parseRange(entry: string): readonly AddressRange[] {
  const [address = '', prefix] = entry.split('/');
  const family = isIP(address);
  if (prefix === undefined || family === 0 || !/^\d{1,3}$/.test(prefix)) return [];
  return Number(prefix) <= (family === 4 ? 32 : 128) ? [[address, Number(prefix)]] : [];
}

function blockList(ranges: readonly AddressRange[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of ranges) list.addSubnet(address, prefix, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  return list;
}

function contains(list: BlockList, address: string): boolean {
  const plain = plainHost(address).replace(/%.*$/, '');
  return list.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6');
}

/** None where the name is not known: that is for the connection to say, not for this rule. */
async function resolveAll(hostname: string): Promise<string[]> {
  try {
    return (await lookup(hostname, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}
