import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Ran {
  readonly code: number | null;
  readonly output: string;
  /** Both of its streams. */
  readonly said: string;
}

export async function run(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  // oxlint-disable-next-line node/no-process-env -- a program needs the path and home of whoever runs the tests
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
  let said = '';
  let output = '';
  child.stdout.on('data', (piece: Buffer) => {
    output += piece.toString('utf8');
    said += piece.toString('utf8');
  });
  child.stderr.on('data', (piece: Buffer) => void (said += piece.toString('utf8')));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output, said };
}

/** `args` as they are typed, separated by spaces. */
export const skopeo = (args: string): Promise<Ran> => run('skopeo', args.split(' '));
