import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from './config-error.ts';
import { ConfigSecret } from './config-secret.ts';

const keyBytes = 32;
/** What examples and documentation hold: whoever copies one has a secret that everybody knows. */
const exampleWords =
  /change[-_ ]?me|example|placeholder|your[-_ ]|secret[-_ ]?here|insecure|password123|^0+$|^(.)\1+$/i;

export interface SecretSource {
  /** The way its writer knows it: `secrets.encryptionKey` or LONGSHORE_ENCRYPTION_KEY. */
  readonly name: string;
  readonly value: string | undefined;
  readonly fileName: string;
  readonly file: string | undefined;
}

/** Given, or read from its file; undefined where neither is set. */
export function readSecret({ name, value, fileName, file }: SecretSource): ConfigSecret | undefined {
  if (value !== undefined && file !== undefined) {
    throw new ConfigError(`${name} and ${fileName} are both set: keep one of them.`);
  }
  if (value !== undefined) return new ConfigSecret(value);
  if (file === undefined) return undefined;
  try {
    // Editors end a file with a line break that is no part of the secret.
    const content = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    if (content === '') throw new ConfigError(`${fileName} names ${file}, which is empty.`);
    return new ConfigSecret(content);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(
      `${fileName} names ${file}, which cannot be read (${String((error as NodeJS.ErrnoException).code)}).`,
    );
  }
}

export function refuseExample(secret: ConfigSecret, name: string): void {
  if (exampleWords.test(secret.reveal())) {
    throw new ConfigError(`${name} is an example that everybody can read: make one with "openssl rand -base64 32".`);
  }
}

export function checkEncryptionKey(secret: ConfigSecret, name: string): ConfigSecret {
  refuseExample(secret, name);
  const text = secret.reveal().trim();
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (key.length !== keyBytes || key.every((byte) => byte === key[0])) {
    throw new ConfigError(
      `${name} must be 32 random bytes in base64 or hexadecimal: make it with "openssl rand -base64 32".`,
    );
  }
  return new ConfigSecret(key.toString('base64'));
}

export function checkSessionSecret(secret: ConfigSecret, name: string): ConfigSecret {
  refuseExample(secret, name);
  if (secret.reveal().length < 32) {
    throw new ConfigError(`${name} is too short: make 32 random bytes with "openssl rand -base64 32".`);
  }
  return secret;
}

/** Of an installation that lives in one folder: made at the first start and kept beside its database. */
export function keptSecret(dataDirectory: string, fileName: string): ConfigSecret {
  const file = path.join(dataDirectory, fileName);
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, `${randomBytes(keyBytes).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new ConfigError(
        `dataDirectory is ${dataDirectory}, where nothing can be written (${String((error as NodeJS.ErrnoException).code)}).`,
      );
    }
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  }
  const secret = readSecret({ name: file, value: undefined, fileName: file, file });
  if (secret === undefined) throw new ConfigError(`${file} cannot be read.`);
  return secret;
}
