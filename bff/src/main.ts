import { existsSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from './config/config-error.ts';
import { parseCommandLine, usage } from './config/command-line.ts';
import { loadConfig } from './config/load-config.ts';
import { resetPassword } from './reset-password.ts';
import { serve } from './serve.ts';

/** From the sources and from the bundle alike: `bff/src/main.ts` and `bff/dist/longshore.js`. */
const webDirectory = path.join(import.meta.dirname, '../../web/dist');

async function main(): Promise<number> {
  const command = parseCommandLine(process.argv.slice(2));
  const config = () =>
    loadConfig({
      file: command.configFile,
      webDirectory: existsSync(path.join(webDirectory, 'index.html')) ? webDirectory : null,
    });
  switch (command.name) {
    case 'serve':
      return serve(config());
    case 'reset-password':
      return resetPassword(config(), command.username);
    case 'sandbox':
      // It runs until it is stopped and ends the process itself.
      await import('./sandbox/main.ts');
      return new Promise(() => {});
    default:
      process.stdout.write(usage);
      return 0;
  }
}

main().then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    const isForPeople = error instanceof ConfigError;
    process.stderr.write(`${isForPeople ? error.message : `Longshore stopped: ${describe(error)}`}\n`);
    process.exit(isForPeople ? error.exitCode : 1);
  },
);

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
