import type { CollectionCommands } from './config.ts';
import { ConfigError } from './config-error.ts';
import type { CollectionDocument } from './config-schema.ts';

/** What the commands may see of the server's environment: enough to find programs, a container engine, a cluster. No secret of ours. */
const passedOn = ['PATH', 'HOME', 'USER', 'LANG', 'TZ', 'TMPDIR', 'KUBECONFIG', 'DOCKER_HOST', 'XDG_RUNTIME_DIR'];

const never: ReadonlySet<string> = new Set(['-m', '--delete-untagged']);
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
      if (!command.some(isNever)) continue;
      throw new ConfigError(
        `${where}.${name}: -m (--delete-untagged) deletes the platforms of images that are in use. Longshore finds what is untagged itself.`,
      );
    }
    if (dryRun.includes('garbage-collect') && !dryRun.some((argument) => isOneOf(argument, dry))) {
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

/** Also as `-dm` and `--delete-untagged=true`. */
function isNever(argument: string): boolean {
  return isOneOf(argument, never) || /^-[a-z]*m[a-z]*$/.test(argument);
}

function isOneOf(argument: string, names: ReadonlySet<string>): boolean {
  return names.has(argument.replace(/=.*$/, ''));
}
