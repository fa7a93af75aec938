import { ConfigError } from './config-error.ts';

export type Command =
  | { readonly name: 'serve' | 'sandbox' | 'help'; readonly configFile: string | null }
  | { readonly name: 'reset-password'; readonly configFile: string | null; readonly username: string };

export const usage = `Longshore: one console for several container registries.

  longshore serve [--config FILE]                     run the console
  longshore reset-password USERNAME [--config FILE]   give a user a new password, shown once
  longshore sandbox                                   run the console with six registries to try it on
  longshore help                                      show this

Settings come from the YAML file (--config, or LONGSHORE_CONFIG) and from the environment, which is stronger.
The README lists them.
`;

/** @throws ConfigError for a command that there is not. */
export function parseCommandLine(args: readonly string[]): Command {
  const [name = 'help', ...rest] = args;
  if (rest.includes('--help') || rest.includes('-h') || ['help', '--help', '-h'].includes(name)) {
    return { name: 'help', configFile: null };
  }
  const { configFile, others } = takeConfigFile(rest);
  if (name === 'reset-password') {
    const [username, ...tooMany] = others;
    if (username === undefined || tooMany.length > 0) {
      throw new ConfigError('reset-password takes one username: longshore reset-password USERNAME');
    }
    return { name, configFile, username };
  }
  if (name !== 'serve' && name !== 'sandbox') {
    throw new ConfigError(`There is no command "${name}"; "longshore help" lists those there are.`);
  }
  const [unknown] = others;
  if (unknown !== undefined)
    throw new ConfigError(`"${unknown}" means nothing to "longshore ${name}"; see "longshore help".`);
  return { name, configFile };
}

function takeConfigFile(args: readonly string[]): { configFile: string | null; others: string[] } {
  const others: string[] = [];
  let configFile: string | null = null;
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? '';
    if (argument.startsWith('--config=')) configFile = argument.slice('--config='.length);
    else if (argument === '--config') {
      index += 1;
      configFile = args[index] ?? '';
    } else others.push(argument);
  }
  if (configFile === '') throw new ConfigError('--config needs the name of a file.');
  return { configFile, others };
}
