import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.ts';
import { loadConfig } from './load-config.ts';

const goodKey = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7)).toString('base64');
const goodSecret = 'b7f3c0a91e5d48f2a6c4e8019d3b5f7a';

describe('The configuration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'longshore-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const file = (name: string, content: string): string => {
    const whole = path.join(folder, name);
    writeFileSync(whole, content);
    return whole;
  };
  const load = (environment: NodeJS.ProcessEnv, yaml?: string) =>
    loadConfig({
      environment: { LONGSHORE_DATA: folder, ...environment },
      file: yaml === undefined ? null : file('longshore.yaml', yaml),
      webDirectory: null,
    });
  const refusal = (environment: NodeJS.ProcessEnv, yaml?: string): string => {
    try {
      load(environment, yaml);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as ConfigError).exitCode).toBe(78);
      return (error as Error).message;
    }
    throw new Error('The configuration was accepted.');
  };

  it('needs nothing: the embedded database, made secrets, the usual port', () => {
    const config = load({});
    expect(config.server).toMatchObject({ host: '127.0.0.1', port: 8080, publicUrl: null });
    expect(config.database).toEqual({ kind: 'embedded', folder: path.join(folder, 'database') });
    expect(Buffer.from(config.secrets.encryptionKey.reveal(), 'base64')).toHaveLength(32);
  });

  it('keeps what ended for a quarter, or for as many days as are said', () => {
    expect(load({}).replication.forgetAfterDays).toBe(90);
    expect(load({}, 'replication:\n  forgetAfterDays: 7\n').replication.forgetAfterDays).toBe(7);
    expect(refusal({}, 'replication:\n  forgetAfterDays: 0\n')).toContain('replication.forgetAfterDays');
  });

  it('tells of an outage after ten minutes, or after as many as are said, within a day', () => {
    expect(load({}).notices.outageAfterMinutes).toBe(10);
    expect(load({}, 'notices:\n  outageAfterMinutes: 30\n').notices.outageAfterMinutes).toBe(30);
    expect(load({ LONGSHORE_OUTAGE_AFTER_MINUTES: '5' }).notices.outageAfterMinutes).toBe(5);
    for (const wrong of ['0', '721', '1.5', '-3', 'soon', '"10"']) {
      expect(refusal({}, `notices:\n  outageAfterMinutes: ${wrong}\n`), wrong).toMatch(
        /"notices\.outageAfterMinutes" must be a whole number of minutes from 1 to 720\.$/,
      );
    }
    expect(refusal({ LONGSHORE_OUTAGE_AFTER_MINUTES: 'ten' })).toBe(
      'The environment: "LONGSHORE_OUTAGE_AFTER_MINUTES" must be a whole number of minutes from 1 to 720.',
    );
  });

  it('takes hosts that webhooks may go to as they stand in an address, and nothing else', () => {
    const yaml = (host: string) => `network:\n  allowedWebhookHosts: ['${host}']\n`;
    for (const host of ['localhost', '127.0.0.1', '127.0.0.1:9000', '[::1]', '[::1]:9000', 'Hooks.example']) {
      expect(load({}, yaml(host)).network.allowedWebhookHosts).toEqual([host.toLowerCase()]);
    }
    for (const host of ['::1', '127.0.0.0/8', '*.example', 'http://localhost', '127.0.0.1:99999', '999.0.0.1']) {
      expect(refusal({}, yaml(host)), host).toContain('network.allowedWebhookHosts[0]');
    }
  });

  it('takes the commands of a collection, and none that would delete what is in use', () => {
    const yaml = (dryRun: string, collect: string) =>
      `collections:\n  - registry: dev\n    dryRun: ${dryRun}\n    collect: ${collect}\n    restart: [docker, restart, registry]\n`;
    const dry = '[docker, run, -m, 1g, registry, garbage-collect, --dry-run, /c.yml]';
    const collect = '[docker, run, -m, 1g, registry, garbage-collect, /c.yml]';
    const { collections } = load({ PATH: '/bin', LONGSHORE_SESSION_SECRET: goodSecret }, yaml(dry, collect));
    expect(collections.commands).toMatchObject([{ registryId: 'dev', measure: null }]);
    expect(collections.environment).toEqual({ PATH: '/bin' });
    for (const wrong of [
      '[registry, garbage-collect, -m, /c.yml]',
      '[registry, garbage-collect, --delete-untagged=true, /c.yml]',
      '[sh, -c, "registry garbage-collect -dm /c.yml"]',
    ]) {
      expect(refusal({}, yaml(dry, wrong))).toMatch(/^collections\[0\]\.collect: -m .* deletes the platforms/);
    }
    expect(refusal({}, yaml(collect, collect))).toBe('collections[0].dryRun would collect: it needs --dry-run.');
    expect(refusal({}, yaml('[a]', '[a]'))).toContain('are the same command');
    const twice = `${yaml(dry, collect)}${yaml(dry, collect).replace('collections:\n', '')}`;
    expect(refusal({}, twice)).toContain('there are two collections of "dev"');
  });

  it('keeps the secrets it made, for its owner only', () => {
    const first = load({});
    const second = load({});
    expect(second.secrets.encryptionKey.reveal()).toBe(first.secrets.encryptionKey.reveal());
    expect(second.secrets.session.reveal()).toBe(first.secrets.session.reveal());
    expect(first.secrets.session.reveal()).not.toBe(first.secrets.encryptionKey.reveal());
    for (const name of ['encryption-key', 'session-secret']) {
      expect(statSync(path.join(folder, name)).mode & 0o777).toBe(0o600);
    }
  });

  it('lets the environment win over the file', () => {
    const config = load({ PORT: '9000', HOST: '0.0.0.0' }, 'server: { port: 8000, host: localhost }');
    expect(config.server).toMatchObject({ port: 9000, host: '0.0.0.0' });
  });

  it('reads registries with secrets from files beside it', () => {
    file('password', 'hunter2-of-the-north\n');
    file('ca.pem', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n');
    const { registries } = load(
      {},
      `registries:
  - { id: north, environment: production, endpoints: [https://north.example.com], username: puller, passwordFile: password, caFile: ca.pem }
  - { id: dev, name: Development, environment: development, endpoints: [http://127.0.0.1:5000], notificationSecret: abc, redirectHosts: [Store.example.com, 's3.internal:9000', 'a.example:443', 'b.example:80'] }
`,
    );
    expect(registries.map(({ id, name, position }) => ({ id, name, position }))).toEqual([
      { id: 'north', name: 'north', position: 0 },
      { id: 'dev', name: 'Development', position: 1 },
    ]);
    expect(registries[0]?.password?.reveal()).toBe('hunter2-of-the-north');
    expect(registries[0]?.caPem).toContain('BEGIN CERTIFICATE');
    expect(registries[1]?.notificationSecret?.reveal()).toBe('abc');
    expect(registries[0]?.redirectHosts).toEqual([]);
    expect(registries[1]?.redirectHosts).toEqual(['store.example.com', 's3.internal:9000', 'a.example', 'b.example']);
  });

  it('takes registries from the environment too', () => {
    const json = JSON.stringify([{ id: 'dev', environment: 'development', endpoints: ['http://dev:5000'] }]);
    expect(load({ LONGSHORE_REGISTRIES: json }).registries).toHaveLength(1);
  });

  it('is frozen, and prints no secret', () => {
    const config = load({
      LONGSHORE_ADMIN_PASSWORD: 'canary-of-the-admin',
      DATABASE_URL: 'postgres://u:canary-of-the-database@h/d',
      LONGSHORE_ENCRYPTION_KEY: goodKey,
      LONGSHORE_SESSION_SECRET: goodSecret,
    });
    expect(Object.isFrozen(config.server)).toBe(true);
    const printed = `${JSON.stringify(config)} ${inspect(config, { depth: 9 })} ${String(config.admin.password)}`;
    expect(printed).not.toContain('canary');
    expect(printed).not.toContain(goodKey);
    expect(printed).not.toContain(goodSecret);
  });

  const production = {
    DATABASE_URL: 'postgres://db/longshore',
    LONGSHORE_ENCRYPTION_KEY: goodKey,
    LONGSHORE_SESSION_SECRET: goodSecret,
  };
  it.each<[string, NodeJS.ProcessEnv, string | undefined, RegExp]>([
    ['a port that is none', { PORT: 'eighty' }, undefined, /^The environment: "PORT" must be a number\./],
    ['a port out of range', {}, 'server: { port: 70000 }', /"server.port" must be at most 65535\./],
    ['a misspelt key', {}, 'sever: { port: 1 }', /there is no key "sever"/],
    ['a misspelt key inside', {}, 'server: { prot: 1 }', /there is no key "server.prot"/],
    ['YAML that is none', {}, 'server: {', /not valid YAML at line 1/],
    ['a list instead of keys', {}, '- server', /must hold keys/],
    [
      'a database that is not PostgreSQL',
      { DATABASE_URL: 'mysql://x/y' },
      undefined,
      /"DATABASE_URL" must be a postgres:\/\/ address/,
    ],
    ['a Redis that is none', { REDIS_URL: 'http://x' }, undefined, /"REDIS_URL" must be a redis:\/\//],
    [
      'a public address with a path',
      { LONGSHORE_PUBLIC_URL: 'https://x.example/console' },
      undefined,
      /LONGSHORE_PUBLIC_URL has a path/,
    ],
    [
      'a public address where nobody is',
      { LONGSHORE_PUBLIC_URL: 'http://0:8080' },
      undefined,
      /LONGSHORE_PUBLIC_URL is http:\/\/0\.0\.0\.0:8080, where nobody is/,
    ],
    [
      'the same in version 6',
      {},
      'server: { publicUrl: "http://[::0]:8080" }',
      /server\.publicUrl is http:\/\/\[::\]:8080/,
    ],
    [
      'a proxy that is no address',
      { LONGSHORE_TRUSTED_PROXIES: '10.0.0.0/8,everybody' },
      undefined,
      /LONGSHORE_TRUSTED_PROXIES: "everybody"/,
    ],
    [
      'no encryption key with PostgreSQL',
      { ...production, LONGSHORE_ENCRYPTION_KEY: '' },
      undefined,
      /secrets.encryptionKey is missing.*LONGSHORE_ENCRYPTION_KEY/,
    ],
    [
      'no session secret with PostgreSQL',
      { ...production, LONGSHORE_SESSION_SECRET: '' },
      undefined,
      /secrets.sessionSecret is missing.*LONGSHORE_SESSION_SECRET/,
    ],
    [
      'a short encryption key',
      { LONGSHORE_ENCRYPTION_KEY: 'c2hvcnQ=' },
      undefined,
      /LONGSHORE_ENCRYPTION_KEY must be 32 random bytes/,
    ],
    [
      'a key of zeroes',
      { LONGSHORE_ENCRYPTION_KEY: Buffer.alloc(32).toString('base64') },
      undefined,
      /LONGSHORE_ENCRYPTION_KEY must be 32 random bytes/,
    ],
    [
      'an example secret',
      { LONGSHORE_SESSION_SECRET: 'please-change-me-please-change-me-please' },
      undefined,
      /LONGSHORE_SESSION_SECRET is an example/,
    ],
    [
      'an example password',
      { LONGSHORE_ADMIN_PASSWORD: 'changeme-changeme' },
      undefined,
      /LONGSHORE_ADMIN_PASSWORD is an example/,
    ],
    ['a short password', { LONGSHORE_ADMIN_PASSWORD: 'abc' }, undefined, /LONGSHORE_ADMIN_PASSWORD is too short/],
    [
      'a secret and its file',
      {},
      'secrets: { session: abc, sessionSecretFile: def }',
      /secrets.session and secrets.sessionSecretFile are both set/,
    ],
    [
      'a secret file that is not there',
      {},
      'secrets: { sessionSecretFile: /nowhere/secret }',
      /secrets.sessionSecretFile names \/nowhere\/secret, which cannot be read \(ENOENT\)/,
    ],
    [
      'two registries of one id',
      {},
      'registries: [{ id: a, environment: x, endpoints: [http://a] }, { id: a, environment: x, endpoints: [http://b] }]',
      /registries\[1\].id: there are two registries "a"/,
    ],
    [
      'a registry without an address',
      {},
      'registries: [{ id: a, environment: x, endpoints: [] }]',
      /"registries\[0\].endpoints"/,
    ],
    [
      'a registry at a file',
      {},
      'registries: [{ id: a, environment: x, endpoints: ["file:///etc/passwd"] }]',
      /"registries\[0\].endpoints\[0\]" must be an http/,
    ],
    [
      'a user in an address',
      {},
      'registries: [{ id: a, environment: x, endpoints: ["http://u:canary@a"] }]',
      /registries\[0\].endpoints: leave the user out/,
    ],
    [
      'a password without a user',
      {},
      'registries: [{ id: a, environment: x, endpoints: ["http://a"], password: canary }]',
      /registries\[0\] has a password but no username/,
    ],
    [
      'a certificate that is none',
      {},
      'registries: [{ id: a, environment: x, endpoints: ["http://a"], caFile: longshore.yaml }]',
      /registries\[0\].caFile: .* holds no PEM/,
    ],
    [
      'a store that is more than a host',
      {},
      'registries: [{ id: a, environment: x, endpoints: ["http://a"], redirectHosts: ["https://store/path"] }]',
      /registries.*redirectHosts.*must be a host or host:port/,
    ],
    [
      'a key without a value',
      {},
      'registries: [{ id: a, endpoints: ["http://a"] }]',
      /"registries\[0\].environment" is missing: it must be text\./,
    ],
    ['text for a number', {}, 'server: { port: canary }', /"server.port" must be a number\./],
    ['a number that is too large', {}, 'server: { port: 99999 }', /"server.port" must be at most 65535\./],
    [
      'a folder that the system does not make',
      { LONGSHORE_DATA: '/proc/nowhere/longshore' },
      undefined,
      /LONGSHORE_DATA is \/proc\/nowhere\/longshore, where nothing can be written \(\w+\)/,
    ],
    [
      'registries that are no JSON',
      { LONGSHORE_REGISTRIES: '[{"password":"canary"' },
      undefined,
      /LONGSHORE_REGISTRIES is not valid JSON/,
    ],
  ])('refuses %s in one sentence that names the key', (_what, environment, yaml, expected) => {
    const sentence = refusal(environment, yaml);
    expect(sentence).toMatch(expected);
    expect(sentence).not.toMatch(/\n|canary/);
  });

  it('says which file is not there', () => {
    expect(() => loadConfig({ environment: {}, file: '/nowhere/longshore.yaml', webDirectory: null })).toThrow(
      'There is no configuration file /nowhere/longshore.yaml.',
    );
  });

  it('writes nothing for PostgreSQL', () => {
    const config = load({ ...production, LONGSHORE_DATA: path.join(folder, 'unused') });
    expect(config.database.kind).toBe('postgres');
    expect(() => readFileSync(path.join(folder, 'unused', 'encryption-key'))).toThrow('ENOENT');
  });
});
