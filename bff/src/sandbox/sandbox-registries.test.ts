import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { keptSecret, type PlacedRegistry, writeConsoleConfig, writeRegistryConfig } from './sandbox-registries.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'longshore-registries-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function placed(): PlacedRegistry {
  return {
    id: 'testing',
    environment: 'testing',
    preferredPort: 5002,
    port: 5012,
    directory,
    notificationSecretFile: path.join(directory, 'notification-secret'),
  };
}

describe('the files the sandbox writes', () => {
  it('keep a secret that only the owner can read', async () => {
    const file = path.join(directory, 'secret');
    const secret = await keptSecret(file);
    expect(await keptSecret(file)).toBe(secret);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('point a registry at the console, with deletion on and its secret sent along', async () => {
    const file = await writeRegistryConfig(placed(), 8090);
    const config: unknown = parse(await readFile(file, 'utf8'));
    const secret = await keptSecret(placed().notificationSecretFile);
    expect(config).toMatchObject({
      http: { addr: '127.0.0.1:5012' },
      storage: { delete: { enabled: true } },
      notifications: {
        endpoints: [
          {
            url: 'http://127.0.0.1:8090/api/v1/registries/testing/notifications',
            headers: { Authorization: [`Bearer ${secret}`] },
          },
        ],
      },
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('name the secret’s file to the console, not the secret', async () => {
    await writeRegistryConfig(placed(), 8090);
    const file = await writeConsoleConfig(directory, 8090, [placed()]);
    const text = await readFile(file, 'utf8');
    expect(text).not.toContain(await keptSecret(placed().notificationSecretFile));
    expect(parse(text)).toMatchObject({
      server: { port: 8090 },
      registries: [{ id: 'testing', endpoints: ['http://127.0.0.1:5012'], position: 0 }],
    });
  });
});
