import { accessSync, constants, readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import { collectionsOf, commandEnvironment } from './collections-config.ts';
import type { Config, ConfiguredRegistry } from './config.ts';
import { ConfigError } from './config-error.ts';
import { type ConfigDocument, configSchema, type RegistryDocument } from './config-schema.ts';
import { ConfigSecret } from './config-secret.ts';
import { type ConfigSources, readSources } from './config-sources.ts';
import { mailOf } from './mail-config.ts';
import { makeDirectory } from './make-directory.ts';
import { checkEncryptionKey, checkSessionSecret, keptSecret, readSecret, refuseExample } from './secrets.ts';

export interface LoadConfigOptions {
  /** The process's own unless told otherwise. */
  readonly environment?: NodeJS.ProcessEnv;
  /** From `--config`. */
  readonly file: string | null;
  readonly webDirectory: string | null;
}

/** Reads, checks and freezes the whole configuration. @throws ConfigError */
export function loadConfig({ environment = process.env, file, webDirectory }: LoadConfigOptions): Config {
  const sources = readSources(environment, file);
  const document = checkDocument(sources);
  const name = (key: string) => sources.fromEnvironment.get(key) ?? key;
  const dataDirectory = dataDirectoryOf(document, sources, environment);
  const isEmbedded = document.database === undefined;
  if (isEmbedded) ensureWritable(dataDirectory, name('dataDirectory'));
  const config: Config = {
    server: {
      host: document.server?.host ?? '127.0.0.1',
      port: document.server?.port ?? 8080,
      publicUrl: publicUrlOf(document.server?.publicUrl, name('server.publicUrl')),
      trustedProxies: checkProxies(document.server?.trustedProxies ?? [], name('server.trustedProxies')),
      webDirectory,
    },
    database:
      document.database === undefined
        ? { kind: 'embedded', folder: path.join(dataDirectory, 'database') }
        : { kind: 'postgres', url: new ConfigSecret(checkUrl(document.database.url, name('database.url'))) },
    redis:
      document.redis === undefined ? null : { url: new ConfigSecret(checkUrl(document.redis.url, name('redis.url'))) },
    dataDirectory,
    secrets: secretsOf(document, sources, isEmbedded ? dataDirectory : null),
    admin: { password: adminPasswordOf(document, sources) },
    registries: registriesOf(document.registries ?? [], sources),
    collections: {
      commands: collectionsOf(document.collections ?? [], 'collections'),
      environment: commandEnvironment(environment),
    },
    ...keptTimesOf(document),
    network: networkOf(document),
    mail: mailOf(document, sources),
    // A registry that is restarted is back by then.
    notices: { outageAfterMinutes: document.notices?.outageAfterMinutes ?? 10 },
    log: { level: document.log?.level ?? 'info' },
  };
  return deepFreeze(config);
}

function keptTimesOf({ replication = {}, storage = {} }: ConfigDocument): Pick<Config, 'replication' | 'storage'> {
  return {
    // A quarter: somebody may look up what the last release did.
    replication: { forgetAfterDays: replication.forgetAfterDays ?? 90 },
    // A week: whoever builds an index takes less.
    storage: { untaggedAfterHours: storage.untaggedAfterHours ?? 168 },
  };
}

function networkOf({ network = {} }: ConfigDocument): Config['network'] {
  const inLowerCase = (hosts: readonly string[] = []) => hosts.map((host) => host.toLowerCase());
  return {
    allowedRegistryHosts: inLowerCase(network.allowedRegistryHosts),
    allowedWebhookHosts: inLowerCase(network.allowedWebhookHosts),
    webhooksToPrivateNetworks: network.webhooksToPrivateNetworks ?? true,
  };
}

function checkDocument(sources: ConfigSources): ConfigDocument {
  const parsed = z.safeParse(configSchema, dropEmpty(sources.document), {
    error: z.locales.en().localeError,
    // Whether there is any; it is never shown.
    reportInput: true,
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue === undefined) throw new ConfigError('The configuration is not valid.');
  const key = issue.path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
  const variable = [...sources.fromEnvironment].find(
    ([set]) => key === set || key.startsWith(`${set}[`) || key.startsWith(`${set}.`),
  );
  const where = variable === undefined ? (sources.file ?? 'The configuration') : 'The environment';
  if (issue.code === 'unrecognized_keys') {
    const unknown = issue.keys.map((unknownKey) => `"${key === '' ? '' : `${key}.`}${unknownKey}"`).join(', ');
    throw new ConfigError(`${where}: there is no key ${unknown}; see the README for those there are.`);
  }
  const shownKey = variable === undefined ? key : key.replace(variable[0], variable[1]);
  throw new ConfigError(`${where}: "${shownKey}" ${wrongWords(issue)}`);
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
};

/** What is wrong and what to write instead. Never the value itself: it may be a secret. */
function wrongWords(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    const wanted = typeWords[issue.expected] ?? issue.expected;
    return issue.input === undefined ? `is missing: it must be ${wanted}.` : `must be ${wanted}.`;
  }
  const unit = (of: string): string => (of === 'string' ? ' characters' : of === 'array' ? ' entries' : '');
  if (issue.code === 'too_big') return `must be at most ${String(issue.maximum)}${unit(issue.origin)}.`;
  if (issue.code === 'too_small') {
    if (issue.origin === 'string' && issue.minimum === 1) return 'must not be empty.';
    return `must be at least ${String(issue.minimum)}${unit(issue.origin)}.`;
  }
  return `${issue.message.replace(/\.$/, '')}.`;
}

/** In YAML a key with nothing behind it is null: as good as not there. */
function dropEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dropEmpty);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, content]) => content !== null && content !== undefined)
      .map(([key, content]) => [key, dropEmpty(content)]),
  );
}

function dataDirectoryOf(document: ConfigDocument, sources: ConfigSources, environment: NodeJS.ProcessEnv): string {
  const asked = document.dataDirectory;
  if (asked === undefined) return path.resolve('.longshore');
  // npm runs scripts in the package's folder; INIT_CWD is where the person typed the command.
  const typedIn = environment['INIT_CWD'] ?? process.cwd();
  return path.resolve(sources.fromEnvironment.has('dataDirectory') ? typedIn : sources.directory, asked);
}

function ensureWritable(directory: string, name: string): void {
  try {
    makeDirectory(directory);
    accessSync(directory, constants.W_OK);
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code);
    throw new ConfigError(`${name} is ${directory}, where nothing can be written (${code}).`);
  }
}

function publicUrlOf(text: string | undefined, name: string): string | null {
  if (text === undefined) return null;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new ConfigError(`${name} must be a plain address such as https://longshore.example.com.`);
  }
  if (['0.0.0.0', '[::]'].includes(url.hostname)) {
    throw new ConfigError(
      `${name} is ${url.origin}, where nobody is: name the address that people and registries use.`,
    );
  }
  if (url.pathname !== '/') throw new ConfigError(`${name} has a path: the console must have a host name to itself.`);
  return url.origin;
}

function checkUrl(text: string, name: string): string {
  if (!URL.canParse(text))
    throw new ConfigError(`${name} is not a valid address; percent-encode what is special in its password.`);
  return text;
}

const proxy = /^(?:loopback|linklocal|uniquelocal|[0-9A-Fa-f.:]+(?:\/\d{1,3})?)$/;

function checkProxies(proxies: readonly string[], name: string): readonly string[] {
  const wrong = proxies.find((text) => !proxy.test(text));
  if (wrong === undefined) return proxies;
  throw new ConfigError(`${name}: "${wrong}" is no address, subnet, or one of loopback, linklocal, uniquelocal.`);
}

function secretsOf(document: ConfigDocument, sources: ConfigSources, keptIn: string | null): Config['secrets'] {
  const { secrets = {} } = document;
  const name = (key: string) => sources.fromEnvironment.get(key) ?? key;
  const read = (
    key: 'encryptionKey' | 'session' | 'proxyKey',
    fileKey: 'encryptionKeyFile' | 'sessionSecretFile' | 'proxyKeyFile',
  ) =>
    readSecret({
      name: name(`secrets.${key}`),
      value: secrets[key],
      fileName: name(`secrets.${fileKey}`),
      file: resolveFile(secrets[fileKey], sources),
    });
  const missing = (key: string, variable: string) =>
    new ConfigError(
      `${key} is missing: with PostgreSQL every instance needs the same one; make it with "openssl rand -base64 32" ` +
        `and set ${variable} or ${key}File.`,
    );
  const encryptionKey =
    read('encryptionKey', 'encryptionKeyFile') ?? (keptIn === null ? null : keptSecret(keptIn, 'encryption-key'));
  if (encryptionKey === null) throw missing('secrets.encryptionKey', 'LONGSHORE_ENCRYPTION_KEY');
  const session =
    read('session', 'sessionSecretFile') ?? (keptIn === null ? null : keptSecret(keptIn, 'session-secret'));
  if (session === null) throw missing('secrets.sessionSecret', 'LONGSHORE_SESSION_SECRET');
  const proxyKey = read('proxyKey', 'proxyKeyFile');
  return {
    encryptionKey: checkEncryptionKey(encryptionKey, name('secrets.encryptionKey')),
    session: checkSessionSecret(session, name('secrets.session')),
    proxyKey: proxyKey === undefined ? null : checkSessionSecret(proxyKey, name('secrets.proxyKey')),
  };
}

function adminPasswordOf(document: ConfigDocument, sources: ConfigSources): ConfigSecret | null {
  const name = (key: string) => sources.fromEnvironment.get(key) ?? key;
  const password = readSecret({
    name: name('admin.password'),
    value: document.admin?.password,
    fileName: name('admin.passwordFile'),
    file: resolveFile(document.admin?.passwordFile, sources),
  });
  if (password === undefined) return null;
  refuseExample(password, name('admin.password'));
  const { length } = password.reveal();
  if (length < 12) throw new ConfigError(`${name('admin.password')} is too short: 12 characters at least.`);
  if (length > 1024) throw new ConfigError(`${name('admin.password')} is too long: 1024 characters at most.`);
  return password;
}

function resolveFile(file: string | undefined, sources: ConfigSources): string | undefined {
  return file === undefined ? undefined : path.resolve(sources.directory, file);
}

function registriesOf(documents: readonly RegistryDocument[], sources: ConfigSources): ConfiguredRegistry[] {
  const seen = new Set<string>();
  return documents.map((document, index) => {
    const key = `${sources.fromEnvironment.get('registries') ?? 'registries'}[${index}]`;
    if (seen.has(document.id)) throw new ConfigError(`${key}.id: there are two registries "${document.id}".`);
    seen.add(document.id);
    const secret = (name: 'password' | 'notificationSecret') =>
      readSecret({
        name: `${key}.${name}`,
        value: document[name],
        fileName: `${key}.${name}File`,
        file: resolveFile(document[`${name}File`], sources),
      }) ?? null;
    const password = secret('password');
    if (password !== null && document.username === undefined) {
      throw new ConfigError(`${key} has a password but no username.`);
    }
    const trustsLongshore = document.trustsLongshore ?? false;
    if (trustsLongshore && document.username !== undefined) {
      throw new ConfigError(
        `${key} has a username and trustsLongshore: a registry that trusts Longshore needs no account.`,
      );
    }
    if (document.id === 'longshore') {
      throw new ConfigError(`${key}.id: "longshore" is the name of the console’s own front door; choose another id.`);
    }
    return {
      id: document.id,
      name: document.name ?? document.id,
      environment: document.environment,
      position: document.position ?? index,
      endpointUrls: document.endpoints.map((url) => checkEndpoint(url, key)),
      username: document.username ?? null,
      password,
      caPem: document.caFile === undefined ? null : readCa(path.resolve(sources.directory, document.caFile), key),
      notificationSecret: secret('notificationSecret'),
      trustsLongshore,
      redirectHosts: (document.redirectHosts ?? []).map(plainHost),
    };
  });
}

/** The usual ports are not part of it: a redirect does not name them either. */
function plainHost(text: string): string {
  const { host, hostname, port } = new URL(`https://${text}`);
  return port === '80' ? hostname : host;
}

function checkEndpoint(text: string, key: string): string {
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw new ConfigError(`${key}.endpoints: leave the user out of the address and set username and passwordFile.`);
  }
  return text;
}

function readCa(file: string, key: string): string {
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(
      `${key}.caFile names ${file}, which cannot be read (${String((error as NodeJS.ErrnoException).code)}).`,
    );
  }
  if (!pem.includes('-----BEGIN CERTIFICATE-----'))
    throw new ConfigError(`${key}.caFile: ${file} holds no PEM certificate.`);
  return pem;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const content of Object.values(value)) deepFreeze(content);
  }
  return value;
}
