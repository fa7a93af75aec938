import { findOnPath } from './executables.ts';

export type Command = readonly [string, ...string[]];

/** What a process gets when the sandbox is gone. */
export type LastSignal = 'SIGKILL' | 'SIGTERM';

/**
 * Wraps a command so that it ends with this process, even when this one is killed: by the kernel where there is
 * util-linux's setpriv, else by a shell that waits for our end of its standard input, which must be a pipe.
 */
export function tieCommand(command: Command, lastSignal: LastSignal, setpriv: string | undefined): Command {
  const signal = lastSignal.slice('SIG'.length);
  if (setpriv !== undefined) return [setpriv, '--pdeathsig', signal, '--', ...command];
  const watch = [
    'exec 3<&0',
    '"$@" </dev/null 3<&- & child=$!',
    `(cat <&3 >/dev/null; kill -${signal} $child) 2>/dev/null & watcher=$!`,
    'trap "kill -TERM $child" TERM INT',
    'wait $child; code=$?',
    // A trapped signal interrupts the first wait: the child is still ending then.
    'while kill -0 $child 2>/dev/null; do wait $child; code=$?; done',
    // Its cat would wait for ever otherwise.
    'kill $watcher 2>/dev/null; exec 3<&-; exit $code',
  ].join('\n');
  return ['/bin/sh', '-c', watch, 'longshore-watch', ...command];
}

export async function findSetpriv(): Promise<string | undefined> {
  return process.platform === 'linux' ? findOnPath('setpriv') : undefined;
}
