import type { CollectionCommands } from './config.ts';
import { ConfigError } from './config-error.ts';
import type { CollectionDocument } from './config-schema.ts';

/** What the commands may see of the server's environment: enough to find programs, a container engine, a cluster. No secret of ours. */
const passedOn = ['PATH', 'HOME', 'USER', 'LANG', 'TZ', 'TMPDIR', 'KUBECONFIG', 'DOCKER_HOST', 'XDG_RUNTIME_DIR'];

const dry: ReadonlySet<string> = new Set(['-d', '--dry-run']);

/** @throws ConfigError for a command that could delete what somebody uses */
export function collectionsOf(documents: readonly CollectionDocument[], key: string): CollectionCommands[] {
  const seen = new Set<string>();
  return documents.map((document, index) => {
    const where = `${key}[${index}]`;
    const { registry: registryId, dryRun, collect, restart, measure } = document;
    if (seen.has(registryId)) throw new ConfigError(`${where}.registry: there are two collections of "${registryId}".`);
    seen.add(registryId);
    for (const [name, command] of [['dryRun', dryRun] as const, ['collect', collect] as const]) {
      if (!isNever(command)) continue;
      throw new ConfigError(
        `${where}.${name}: -m (--delete-untagged) deletes the platforms of images that are in use. Longshore finds what is untagged itself.`,
      );
    }
    if (dryRun.includes('garbage-collect') && !dryRun.some(isDry)) {
      throw new ConfigError(`${where}.dryRun would collect: it needs --dry-run.`);
    }
    if (dryRun.join('\0') === collect.join('\0')) {
      throw new ConfigError(`${where}.dryRun and ${where}.collect are the same command.`);
    }
    return { registryId, dryRun, collect, restart, measure: measure ?? null };
  });
}

export function commandEnvironment(environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(
    passedOn.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

const deletesUntagged = /(?:^|\s)(?:-[a-z]*m[a-z]*|--delete-untagged)(?:[=\s]|$)/;

/** Of the program's own arguments, and of a text that a shell reads; what comes before is another program's, such as `docker run -m 1g`. */
function isNever(command: readonly string[]): boolean {
  const own = command.slice(command.indexOf('garbage-collect') + 1);
  const texts = command.filter((argument) => /garbage-collect\s/.test(argument));
  if (texts.some((text) => deletesUntagged.test(text.slice(text.indexOf('garbage-collect'))))) return true;
  return (
    command.some((argument) => argument.startsWith('--delete-untagged')) ||
    (command.includes('garbage-collect') && own.some((argument) => deletesUntagged.test(argument)))
  );
}

function isDry(argument: string): boolean {
  return dry.has(argument.replace(/=.*$/, ''));
}
