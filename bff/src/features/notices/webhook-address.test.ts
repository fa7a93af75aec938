import { expect, test } from 'vitest';
import { createAddressPolicy } from '../registries/registry-address.ts';
import { eventFor, retryDelayMs } from './notices.ts';
import { createWebhookAddresses, refusedForWebhooks } from './webhook-address.ts';
import { signatureOf } from './webhook-signature.ts';

function addresses(names: Record<string, string[]>, allowedHosts: string[] = [], isPrivateAllowed = true) {
  const policy = createAddressPolicy({ allowedHosts, ...(isPrivateAllowed ? { refused: refusedForWebhooks } : {}) });
  return createWebhookAddresses({
    allowsAddress: policy.allowsAddress,
    publicUrl: 'https://longshore.example',
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
