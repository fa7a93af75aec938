import { readFileSync } from 'node:fs';
import path from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { ConfigError } from './config-error.ts';

/** Where a key of the document came from, to name it the way its writer wrote it. */
export interface ConfigSources {
  readonly document: Record<string, unknown>;
  /** `server.port` → `PORT`, for what the environment set. */
  readonly fromEnvironment: ReadonlyMap<string, string>;
  readonly file: string | null;
  /** What relative paths in the file are relative to. */
  readonly directory: string;
}

type Parse = (text: string, variable: string) => unknown;

const asText: Parse = (text) => text;
const asInteger: Parse = (text) => (/^\d{1,9}$/.test(text) ? Number(text) : text);
const asBoolean: Parse = (text) => (text === 'true' ? true : text === 'false' ? false : text);
const asList: Parse = (text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
const asJson: Parse = (text, variable) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ConfigError(`${variable} is not valid JSON: it must be a list of registries, as in the file.`);
  }
};

/** The environment is stronger than the file, so that one file serves several instances. */
const variables: ReadonlyArray<readonly [variable: string, key: string, parse: Parse]> = [
  ['PORT', 'server.port', asInteger],
  ['HOST', 'server.host', asText],
  ['LONGSHORE_PUBLIC_URL', 'server.publicUrl', asText],
  ['LONGSHORE_TRUSTED_PROXIES', 'server.trustedProxies', asList],
  ['DATABASE_URL', 'database.url', asText],
  ['REDIS_URL', 'redis.url', asText],
  ['LONGSHORE_DATA', 'dataDirectory', asText],
  ['LONGSHORE_ENCRYPTION_KEY', 'secrets.encryptionKey', asText],
  ['LONGSHORE_ENCRYPTION_KEY_FILE', 'secrets.encryptionKeyFile', asText],
  ['LONGSHORE_SESSION_SECRET', 'secrets.session', asText],
  ['LONGSHORE_SESSION_SECRET_FILE', 'secrets.sessionSecretFile', asText],
  ['LONGSHORE_PROXY_KEY', 'secrets.proxyKey', asText],
  ['LONGSHORE_PROXY_KEY_FILE', 'secrets.proxyKeyFile', asText],
  ['LONGSHORE_ADMIN_PASSWORD', 'admin.password', asText],
  ['LONGSHORE_ADMIN_PASSWORD_FILE', 'admin.passwordFile', asText],
  ['LONGSHORE_REGISTRIES', 'registries', asJson],
  ['LONGSHORE_ALLOWED_REGISTRY_HOSTS', 'network.allowedRegistryHosts', asList],
  ['LONGSHORE_ALLOWED_WEBHOOK_HOSTS', 'network.allowedWebhookHosts', asList],
  ['LONGSHORE_WEBHOOKS_TO_PRIVATE_NETWORKS', 'network.webhooksToPrivateNetworks', asBoolean],
  ['LONGSHORE_MAIL_URL', 'mail.url', asText],
  ['LONGSHORE_MAIL_URL_FILE', 'mail.urlFile', asText],
  ['LONGSHORE_MAIL_FROM', 'mail.from', asText],
  ['LONGSHORE_OUTAGE_AFTER_MINUTES', 'notices.outageAfterMinutes', asInteger],
  ['LONGSHORE_LOG_LEVEL', 'log.level', asText],
];

/** A value and the file it may be read from instead: setting one in the environment takes the other's place. */
const alternatives: Readonly<Record<string, string>> = {
  'secrets.encryptionKey': 'secrets.encryptionKeyFile',
  'secrets.encryptionKeyFile': 'secrets.encryptionKey',
  'secrets.session': 'secrets.sessionSecretFile',
  'secrets.sessionSecretFile': 'secrets.session',
  'secrets.proxyKey': 'secrets.proxyKeyFile',
  'secrets.proxyKeyFile': 'secrets.proxyKey',
  'admin.password': 'admin.passwordFile',
  'admin.passwordFile': 'admin.password',
  'mail.url': 'mail.urlFile',
  'mail.urlFile': 'mail.url',
};

export function readSources(environment: NodeJS.ProcessEnv, fileArgument: string | null): ConfigSources {
  const file = fileArgument ?? nonEmpty(environment['LONGSHORE_CONFIG']) ?? null;
  const document = file === null ? {} : readFile(file);
  const fromEnvironment = new Map<string, string>();
  for (const [variable, key, parse] of variables) {
    const text = nonEmpty(environment[variable]);
    if (text === undefined) continue;
    setKey(document, key, parse(text, variable));
    const alternative = alternatives[key];
    if (alternative !== undefined && !fromEnvironment.has(alternative)) setKey(document, alternative, undefined);
    fromEnvironment.set(key, variable);
  }
  return {
    document,
    fromEnvironment,
    file,
    directory: file === null ? process.cwd() : path.dirname(path.resolve(file)),
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}

function readFile(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new ConfigError(
      code === 'ENOENT'
        ? `There is no configuration file ${file}.`
        : `The configuration file ${file} cannot be read (${code}).`,
    );
  }
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = parsed.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    // Without the library's words, which may quote the line and with it a secret.
    throw new ConfigError(`${file} is not valid YAML at line ${line}, column ${col}.`);
  }
  const content: unknown = parsed.toJS({ maxAliasCount: 100 });
  if (content === null || content === undefined) return {};
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new ConfigError(`${file} must hold keys such as "server:" and "registries:".`);
  }
  return content as Record<string, unknown>;
}

function setKey(document: Record<string, unknown>, key: string, value: unknown): void {
  const [section = '', name] = key.split('.');
  if (name === undefined) {
    document[section] = value;
    return;
  }
  const existing = document[section];
  if (existing !== undefined && existing !== null && (typeof existing !== 'object' || Array.isArray(existing))) return;
  if (value === undefined && (existing === undefined || existing === null)) return;
  document[section] = { ...(existing as Record<string, unknown> | undefined), [name]: value };
}
