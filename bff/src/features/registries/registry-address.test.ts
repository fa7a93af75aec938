import { describe, expect, test } from 'vitest';
import { createAddressPolicy, RegistryAddressError } from './registry-address.ts';

const names: Record<string, string[]> = {
  'registry.example.com': ['93.184.216.34'],
  'inward.example.com': ['93.184.216.34', '10.0.0.5'],
  'mapped.example.com': ['::ffff:127.0.0.1'],
  'registry.corp.example': ['10.9.8.7'],
  localhost: ['127.0.0.1', '::1'],
};
const resolve = (hostname: string): Promise<string[]> => Promise.resolve(names[hostname] ?? []);
const policy = createAddressPolicy({ allowedHosts: [], resolve });

describe('an address outside', () => {
  test.each([
    ['https://registry.example.com', 'https://registry.example.com'],
    ['https://Registry.Example.com:443/', 'https://registry.example.com'],
    ['http://registry.example.com:5000/v2/', 'http://registry.example.com:5000'],
    ['https://93.184.216.34', 'https://93.184.216.34'],
    ['https://unknown.example.com', 'https://unknown.example.com'],
  ])('%s is stored as %s', async (url, stored) => {
    expect(await policy.checkUrl(url)).toBe(stored);
  });
});

describe('an inward address is refused in every spelling', () => {
  test.each([
    'http://127.0.0.1:5000',
    'http://127.1',
    'http://2130706433',
    'http://0x7f.0.0.1',
    'http://0177.0.0.1',
    'http://0.0.0.0:80',
    'http://[::1]:5000',
    'http://[::ffff:127.0.0.1]',
    'http://[::ffff:7f00:1]',
    'http://[64:ff9b::7f00:1]',
    'http://[fe80::1]',
    'http://[fd12::1]',
    'http://169.254.169.254',
    'http://10.0.0.1',
    'http://172.31.255.255',
    'http://192.168.1.1',
    'http://100.64.0.1',
    'http://localhost:5000',
    'http://LOCALHOST.',
    'http://１２７.0.0.1',
    'https://inward.example.com',
    'https://mapped.example.com',
  ])('%s', async (url) => {
    await expect(policy.checkUrl(url)).rejects.toThrow(RegistryAddressError);
  });
});

describe('what is no registry address is refused', () => {
  test.each([
    'ftp://registry.example.com',
    'file:///etc/passwd',
    'registry.example.com',
    'https://user:secret@registry.example.com',
    'https://registry.example.com/prefix',
    'https://registry.example.com/?x=1',
    'https://registry.example.com/#x',
    '',
  ])('%s', async (url) => {
    await expect(policy.checkUrl(url)).rejects.toThrow(RegistryAddressError);
  });

  test('and a password in it is not repeated', async () => {
    const refusal: unknown = await policy.checkUrl('https://user:hush@registry.example.com').catch((e: unknown) => e);
    expect(JSON.stringify(refusal) + String(refusal)).not.toContain('hush');
  });
});

test('open and closed ports of an inward host are refused in the same words', async () => {
  const words = async (port: number) =>
    (await policy.checkUrl(`http://127.0.0.1:${port}`).catch(String)).replace(String(port), 'PORT');
  expect(await words(22)).toBe(await words(59_999));
});

describe('a host that an administrator allowed', () => {
  const open = (...allowedHosts: string[]) => createAddressPolicy({ allowedHosts, resolve });
  test.each([
    ['127.0.0.1', 'http://127.0.0.1:5001'],
    ['::1', 'http://[::1]:5001'],
    ['localhost', 'http://localhost:5001'],
    ['localhost:5001', 'http://localhost:5001'],
    ['[::1]:5001', 'http://[::1]:5001'],
    ['registry.corp.example', 'https://registry.corp.example'],
    ['*.corp.example', 'https://registry.corp.example'],
    ['10.0.0.0/8', 'https://registry.corp.example'],
  ])('%s lets %s in', async (host, url) => {
    expect(await open(host).checkUrl(url)).toBe(url);
  });

  test('lets nothing else in', async () => {
    await expect(open('127.0.0.1', '*.corp.example').checkUrl('http://10.0.0.1')).rejects.toThrow();
    await expect(open('localhost:5001').checkUrl('http://localhost:5002')).rejects.toThrow();
    await expect(open('10.0.0.0/8').checkUrl('http://192.168.0.1')).rejects.toThrow();
  });
});

test('a name that turns inward after it was stored is refused when connecting', () => {
  expect(policy.allowsAddress('registry.example.com', '93.184.216.34')).toBe(true);
  expect(policy.allowsAddress('registry.example.com', '127.0.0.1')).toBe(false);
});
