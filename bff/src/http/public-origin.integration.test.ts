import { afterEach, describe, expect, it } from 'vitest';
import { createNotificationSecret, createRegistry, getTokenConfiguration } from '../contract/registries.ts';
import { startBff, type StartBffOptions, type TestBff } from '../testing/start-bff.ts';
import { listensEverywhere } from './public-origin.ts';

let bff: TestBff | undefined;
afterEach(() => bff?.close());

describe('A host to listen on', () => {
  it.each(['0.0.0.0', '0', '::', '[::]', '0:0:0:0:0:0:0:0'])('%s is every address', (host) => {
    expect(listensEverywhere(host)).toBe(true);
  });
  it.each(['127.0.0.1', '::1', 'localhost', '10.0.0.5', 'console.example.com', 'no host'])('%s is not', (host) => {
    expect(listensEverywhere(host)).toBe(false);
  });
});

describe('The address of the console in lines for other machines', () => {
  async function linesOf(server: StartBffOptions['server'], headers: Record<string, string> = {}) {
    bff = await startBff({ server: server ?? {}, allowedRegistryHosts: ['127.0.0.1'] });
    const admin = await bff.signIn();
    const params = { registryId: 'north' };
    const body = { id: 'north', name: 'North', environment: 'testing', endpointUrls: ['http://127.0.0.1:9'] };
    await admin.call(createRegistry, { body });
    const plain = admin.fetch;
    admin.fetch = (path, init = {}) =>
      plain(path, { ...init, headers: { ...Object.fromEntries(new Headers(init.headers)), ...headers } });
    const { realm, isAddressSure, version3Yaml } = await admin.call(getTokenConfiguration, { params });
    expect(version3Yaml).toContain(`realm: ${realm}`);
    const told = await admin.call(createNotificationSecret, { params });
    expect(told.isAddressSure).toBe(isAddressSure);
    expect(told.configurationYaml).toContain(told.url);
    expect(new URL(told.url).origin).toBe(new URL(realm).origin);
    return { realm, isAddressSure, url: bff.url, logs: bff.logs() };
  }

  it('is that on which it listens, with the port that it was given', async () => {
    const { realm, isAddressSure, url, logs } = await linesOf({});
    expect(realm).toBe(`${url}/service/token`);
    expect(isAddressSure).toBe(true);
    expect(logs).not.toContain('LONGSHORE_PUBLIC_URL');
  });

  it('is never 0.0.0.0: it is that of the connection, said to be a guess, with a warning at the start', async () => {
    const { realm, isAddressSure, url, logs } = await linesOf({ host: '0.0.0.0' });
    expect(realm).toBe(`${url}/service/token`);
    expect(realm).toContain('http://127.0.0.1:');
    expect(isAddressSure).toBe(false);
    expect(logs).toContain('LONGSHORE_PUBLIC_URL (server.publicUrl) is not set');
  });

  it('is what a trusted proxy says, and no other', async () => {
    const headers = { 'x-forwarded-host': 'longshore.example.com', 'x-forwarded-proto': 'https' };
    const trusting = await linesOf(
      { host: '0.0.0.0', trustedProxies: ['loopback'] },
      { ...headers, origin: 'https://longshore.example.com' },
    );
    expect(trusting).toMatchObject({ realm: 'https://longshore.example.com/service/token', isAddressSure: true });
    await bff?.close();
    const believing = await linesOf({ host: '0.0.0.0' }, headers);
    expect(believing).toMatchObject({ realm: `${believing.url}/service/token`, isAddressSure: false });
  });

  it('is the configured one before all', async () => {
    const publicUrl = 'https://longshore.example.com';
    const { realm, isAddressSure, logs } = await linesOf({ host: '0.0.0.0', publicUrl }, { origin: publicUrl });
    expect(realm).toBe(`${publicUrl}/service/token`);
    expect(isAddressSure).toBe(true);
    expect(logs).not.toContain('LONGSHORE_PUBLIC_URL');
  });
});
