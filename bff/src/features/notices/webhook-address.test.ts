import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { createAddressPolicy } from '../registries/registry-address.ts';
import { eventFor, retryDelayMs } from './notices.ts';
import { createWebhookAddresses, exceptionOf, refusedForWebhooks } from './webhook-address.ts';
import { signatureOf } from './webhook-signature.ts';

function addresses(
  names: Record<string, string[]>,
  allowed: string[] = [],
  isPrivateAllowed = true,
  publicUrl = 'https://longshore.example',
) {
  const allowedHosts = allowed.map(exceptionOf);
  const policy = createAddressPolicy({ allowedHosts, ...(isPrivateAllowed ? { refused: refusedForWebhooks } : {}) });
  return createWebhookAddresses({
    allowsAddress: (hostname, address, port) => policy.allowsAddress(hostname, address, port),
    isException: (hostname, port) => policy.names(hostname, port),
    publicUrl,
    listenPort: 8080,
    resolve: async (name) => names[name] ?? [],
  });
}

test('a name is refused as soon as one of its addresses is', async () => {
  const checked = addresses({ 'mixed.example': ['203.0.113.7', '169.254.169.254'], 'fine.example': ['203.0.113.7'] });
  await expect(checked.check('https://mixed.example/')).rejects.toThrow('may not be sent to mixed.example');
  expect(await checked.check('https://fine.example/hook?token=1#part')).toBe('https://fine.example/hook?token=1');
});

test('private networks are for whoever runs the server to close, other places to open', async () => {
  const names = { 'inside.example': ['10.0.0.7'], 'local.example': ['127.0.0.1'] };
  expect(await addresses(names).check('http://inside.example/')).toBe('http://inside.example/');
  await expect(addresses(names, [], false).check('http://inside.example/')).rejects.toThrow('allowedWebhookHosts');
  expect(await addresses(names, ['local.example']).check('http://local.example:9000/')).toBe(
    'http://local.example:9000/',
  );
  // Not even then to the console.
  await expect(addresses(names, ['local.example']).check('http://local.example:8080/')).rejects.toThrow();
});

test('addresses that carry others inside are refused', () => {
  const { allows } = addresses({});
  for (const address of ['::ffff:127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', 'fe80::1%eth0', 'fd00:ec2::254']) {
    expect(allows('name.example', address, 443), address).toBe(false);
  }
  expect(allows('name.example', 'fd12::1', 443)).toBe(true);
});

test('an exception is a host as the address has it, an IP address too, alone or with a port', async () => {
  const names = { localhost: ['127.0.0.1'], 'local.example': ['127.0.0.1'] };
  const cases: [exception: string, taken: string[], refused: string[]][] = [
    [
      '127.0.0.1',
      ['http://127.0.0.1:9000/', 'http://2130706433:9000/'],
      ['http://localhost:9000/', 'http://127.0.0.2/'],
    ],
    ['localhost', ['http://LOCALHOST:9000/'], ['http://127.0.0.1:9000/', 'http://local.example/']],
    ['127.0.0.1:9000', ['http://127.0.0.1:9000/'], ['http://127.0.0.1:9001/', 'http://127.0.0.1/']],
    ['[::1]', ['http://[::1]:9000/', 'http://[0:0::1]/'], ['http://127.0.0.1:9000/']],
    ['[0::1]:9000', ['http://[::1]:9000/'], ['http://[::1]:9001/']],
    ['169.254.1.1', ['http://169.254.1.1/'], ['http://169.254.169.254/']],
  ];
  for (const [exception, taken, refused] of cases) {
    const { check } = addresses(names, [exception]);
    for (const url of taken) expect(await check(url), `${exception}: ${url}`).toBe(new URL(url).href);
    for (const url of refused) {
      await expect(check(url), `${exception}: ${url}`).rejects.toThrow('allowedWebhookHosts');
    }
  }
});

test('beside the console there may be receivers, where its host is named; the console is none', async () => {
  const local = addresses({}, ['127.0.0.1', '[::1]'], true, 'http://127.0.0.1:8080');
  expect(await local.check('http://127.0.0.1:9000/')).toBe('http://127.0.0.1:9000/');
  await expect(local.check('http://127.0.0.1:8080/')).rejects.toThrow('This is the console itself.');
  await expect(local.check('http://[::1]:8080/')).rejects.toThrow();
  const names = { 'longshore.example': ['203.0.113.7'] };
  const unnamed = addresses(names);
  await expect(unnamed.check('https://longshore.example:9000/')).rejects.toThrow('adding longshore.example to');
  const named = addresses(names, ['longshore.example']);
  expect(await named.check('https://longshore.example:9000/')).toBe('https://longshore.example:9000/');
  for (const url of ['https://longshore.example/', 'http://longshore.example/']) {
    await expect(named.check(url)).rejects.toThrow('This is the console itself.');
  }
  expect(named.allows('longshore.example', '203.0.113.7', 443)).toBe(false);
});

test('no spelling of an address of this machine leads to the console', () => {
  const { allows } = addresses({}, ['[::ffff:127.0.0.1]']);
  expect(allows('::ffff:7f00:1', '::ffff:7f00:1', 9000)).toBe(true);
  expect(allows('::ffff:7f00:1', '::ffff:7f00:1', 8080)).toBe(false);
  const interfaces = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  for (const { address } of interfaces.filter(({ family }) => family === 'IPv4')) {
    const mapped = new URL(`http://[::ffff:${address}]/`).hostname.slice(1, -1);
    expect(allows('name.example', mapped, 8080), mapped).toBe(false);
  }
});

test('the signature is of the second and the bytes', () => {
  // printf '1700000000.{}' | openssl dgst -sha256 -hmac key
  expect(signatureOf('key', '{}', new Date(1_700_000_000_999))).toBe(
    't=1700000000,v1=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae',
  );
});

test('retries wait longer each time, or as long as they are asked to', () => {
  const plain = [1, 2, 3, 4, 5, 6, 7, 8].map((attempt) => retryDelayMs(attempt, undefined, () => 0.5));
  expect(plain).toEqual([2000, 15_000, 60_000, 300_000, 900_000, 3_600_000, 10_800_000, 10_800_000]);
  expect(retryDelayMs(1, 30_000, () => 0.5)).toBe(30_000);
  expect(retryDelayMs(1, 999_999_999, () => 0.5)).toBe(3_600_000);
});

test('what a notice says depends on its kinds and the pairs', () => {
  const pair = { sourceRegistryId: 'a', destinationRegistryId: 'b', failingSince: null };
  const recovered = [{ ...pair, state: 'recovered' as const }];
  expect(eventFor(['failed'], 'succeeded', recovered)).toBeUndefined();
  expect(eventFor(['recovered'], 'succeeded', recovered)).toBe('execution.recovered');
  expect(eventFor(['recovered'], 'failed', recovered)).toBe('execution.recovered');
  expect(eventFor(['failed', 'recovered'], 'failed', recovered)).toBe('execution.failed');
  expect(eventFor(['all'], 'succeeded', recovered)).toBe('execution.succeeded');
  expect(eventFor(['all'], 'stopped', [])).toBe('execution.stopped');
  expect(eventFor(['failed', 'recovered'], 'succeeded', [{ ...pair, state: 'succeeded' }])).toBeUndefined();
});
