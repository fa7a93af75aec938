import { CollectionEnd } from './collections.ts';
import { sentences } from './collection-reasons.ts';
import { parseGarbageLine } from './garbage-lines.ts';
import { runCommand } from './run-command.ts';
import type { RunWork } from './run-work.ts';

export interface GarbageFound {
  readonly eligibleCount: number;
  readonly eligibleBytes: number;
  readonly unweighedCount: number;
  readonly markedCount: number;
  readonly namesProbe: boolean;
}

export interface GarbageRun {
  readonly step: 'preview' | 'dry-run' | 'collect';
  readonly command: readonly string[];
  readonly signal: AbortSignal;
  /** Throws for a digest that must stay. */
  readonly check: (digest: string) => void;
  /** Told of every manifest in the storage. */
  readonly onManifest?: (manifest: { readonly repository: string; readonly digest: string }) => void;
}

const weighedAtOnce = 1000;

/** Runs a garbage collection, dry or not, and reads what it says while it says it. */
export async function runGarbage(
  work: RunWork,
  { step, command, signal, check, onManifest }: GarbageRun,
): Promise<GarbageFound> {
  const { deps, log, run } = work;
  let markedCount = 0;
  let eligibleCount = 0;
  let namesProbe = false;
  const unweighed: string[] = [];
  const weights = { eligibleBytes: 0, unweighedCount: 0 };
  let weighing: Promise<void> = Promise.resolve();
  const weigh = (): void => {
    const digests = unweighed.splice(0);
    weighing = weighing.then(async () => {
      const { sizeBytes, unweighedCount } = await deps.reachable.weigh(digests);
      weights.eligibleBytes += sizeBytes;
      weights.unweighedCount += unweighedCount;
    });
    // Waited for below; a failure meanwhile is not without a listener.
    weighing.catch(() => undefined);
  };
  const onLine = (line: string): void => {
    const said = parseGarbageLine(line);
    if (said.kind === 'marking') {
      markedCount += 1;
      if (said.manifest !== undefined) onManifest?.(said.manifest);
    } else log.quote(step, line);
    if (said.kind === 'manifest') throw new CollectionEnd('failed', sentences.listsManifests(said.digest));
    if (said.kind === 'summary' && said.manifests > 0) {
      throw new CollectionEnd('failed', sentences.listsManifests(String(said.manifests)));
    }
    if (said.kind !== 'blob') return;
    check(said.digest);
    if (said.digest === run.probeDigest) {
      namesProbe = true;
      return;
    }
    eligibleCount += 1;
    unweighed.push(said.digest);
    if (unweighed.length >= weighedAtOnce) weigh();
  };
  const exit = await runCommand({ command, environment: deps.environment, onLine, signal });
  if (exit.code !== 0) throw commandFailed(step, exit);
  weigh();
  await weighing;
  return { eligibleCount, ...weights, markedCount, namesProbe };
}

export function commandFailed(
  step: string,
  { code, signal, lastWords }: { code: number | null; signal: string | null; lastWords: string },
): CollectionEnd {
  const exit = signal ?? (code === null ? 'no start' : `exit code ${code}`);
  return new CollectionEnd('failed', sentences.commandFailed(step, exit, lastWords.slice(0, 500)));
}

/** Bytes of the registry's storage, where the configuration says how to measure them. Not worth a run that fails. */
export async function measure(work: RunWork, step: RunWork['run']['step']): Promise<number | undefined> {
  const { commands, deps, log, lost } = work;
  if (commands.measure === null) return undefined;
  const exit = await runCommand({
    command: commands.measure,
    environment: deps.environment,
    onLine: () => undefined,
    signal: lost,
  });
  const bytes = /^(\d{1,16})\b/.exec(exit.lastWords.trim())?.[1];
  if (exit.code === 0 && bytes !== undefined) return Number(bytes);
  log.say(step, `The storage could not be measured: ${exit.lastWords.slice(0, 200)}`);
  return undefined;
}
