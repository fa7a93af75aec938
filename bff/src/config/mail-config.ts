import path from 'node:path';
import type { Config } from './config.ts';
import { ConfigError } from './config-error.ts';
import type { ConfigDocument } from './config-schema.ts';
import { ConfigSecret } from './config-secret.ts';
import type { ConfigSources } from './config-sources.ts';
import { readSecret } from './secrets.ts';

/** @throws ConfigError without a word of the address, which may hold a password */
export function mailOf({ mail }: ConfigDocument, { fromEnvironment, directory }: ConfigSources): Config['mail'] {
  if (mail === undefined) return null;
  const name = (key: string) => fromEnvironment.get(key) ?? key;
  const url = readSecret({
    name: name('mail.url'),
    value: mail.url,
    fileName: name('mail.urlFile'),
    file: mail.urlFile === undefined ? undefined : path.resolve(directory, mail.urlFile),
  });
  if (url === undefined) throw new ConfigError(`${name('mail.url')} is missing: smtp://HOST:587 or smtps://HOST.`);
  if (mail.from === undefined) {
    throw new ConfigError(`${name('mail.from')} is missing: the address that notices come from.`);
  }
  const text = url.reveal();
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed === undefined || !/^smtps?:$/.test(parsed.protocol) || parsed.hostname === '' || !isDecodable(parsed)) {
    throw new ConfigError(
      `${name('mail.url')} must be smtp://HOST:PORT or smtps://HOST:PORT, with what is special in a password percent-encoded.`,
    );
  }
  return { url: new ConfigSecret(text), from: mail.from };
}

function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username);
    decodeURIComponent(password);
    return true;
  } catch {
    return false;
  }
}
