import { setTimeout as sleep } from 'node:timers/promises';
import { isRegistryError } from '../../registry-client/index.ts';
import { sentences } from './collection-reasons.ts';
import { CollectionEnd, type Findings, probeRepository } from './collections.ts';
import { commandFailed, measure, runGarbage } from './garbage-run.ts';
import { readClosures } from './read-closures.ts';
import { runCommand } from './run-command.ts';
import type { RunWork } from './run-work.ts';

/** Deletes. What it names is compared again; without the comparison's result it does not begin. */
export async function collect(work: RunWork, needed: ReadonlyMap<string, string>): Promise<Findings> {
  const { commands, deps, run, stopping, log } = work;
  if (!(await deps.claims.isMaintenanceHeld(run))) throw new CollectionEnd('failed', sentences.maintenanceLost());
  log.say('collect', 'Deleting what nothing refers to.');
  const found = await runGarbage(work, {
    step: 'collect',
    command: commands.collect,
    signal: stopping,
    check: (digest) => {
      const owner = needed.get(digest);
      if (owner !== undefined) throw new CollectionEnd('failed', sentences.sweptReachable(digest, owner));
    },
  });
  await deps.claims.noteFigures(run, { removedCount: found.eligibleCount });
  return { removedCount: found.eligibleCount };
}

/** Whoever stops the run stops no restart: only with it the registry is safe to write to. */
export async function restart(work: RunWork): Promise<Findings> {
  const { commands, client, deps, log, lost } = work;
  log.say('restart', 'Restarting the registry.');
  const exit = await runCommand({
    command: commands.restart,
    environment: deps.environment,
    onLine: (line) => log.quote('restart', line),
    signal: lost,
  });
  if (exit.code !== 0) log.say('restart', commandFailed('restart', exit).message);
  const endsAtMs = performance.now() + deps.times.restartMs;
  for (;;) {
    const checks = await client.checkEndpoints({ signal: lost });
    if (checks.every(({ state }) => state === 'up')) return { endpoints: checks.length };
    // The next step waits on, and says for whom.
    if (performance.now() > endsAtMs) return { endpoints: checks.filter(({ state }) => state === 'up').length };
    await sleep(deps.times.lookMs, undefined, { signal: lost });
  }
}

const restartsMax = 2;

/** That the registry has forgotten what is gone, and has everything else. */
export async function verify(work: RunWork): Promise<Findings> {
  const { client, deps, log, lost, run } = work;
  await proveRestart(work);
  const before = new Map((await deps.tagRecords.list(run.id)).map((tag) => [`${tag.repository}:${tag.tag}`, tag]));
  const closures = await withPatience(work, async () =>
    readClosures({
      client,
      knownRepositories: await deps.reachable.listRepositories(run.registryId),
      onRepository: () => undefined,
      signal: lost,
    }),
  );
  const now = new Map(closures.tags.map((tag) => [`${tag.repository}:${tag.tag}`, tag]));
  const wrong = [
    ...[...before.values()].filter((tag) => tag.isWhole && !now.has(`${tag.repository}:${tag.tag}`)),
    ...closures.tags.filter((tag) => !tag.isWhole && before.get(`${tag.repository}:${tag.tag}`)?.isWhole !== false),
  ].map(({ repository, tag }) => `${repository}:${tag}`);
  for (const tag of wrong.slice(0, 100)) log.say('verify', `${tag}: ${closures.broken.get(tag) ?? 'the tag'} is gone.`);
  const bytesAfter = await measure(work, 'verify');
  if (bytesAfter !== undefined) await deps.claims.noteFigures(run, { bytesAfter });
  const [first] = wrong;
  if (first !== undefined) throw new CollectionEnd('failed', sentences.tagsBroken(wrong.length, first));
  log.say('verify', `Everything below ${closures.tags.length} tags reads back.`);
  return { tagCount: closures.tags.length, ...(bytesAfter === undefined ? {} : { bytesAfter }) };
}

/**
 * HEAD of a blob that was deleted tells nothing: a registry that was not restarted answers it from memory. So GET decides, at
 * every endpoint. What still remembers is restarted again, and then waited for.
 */
async function proveRestart(work: RunWork): Promise<void> {
  const { client, deps, run, log, lost, stopping } = work;
  const { probeDigest } = run;
  if (probeDigest === null) return;
  for (let restarts = 0; ; ) {
    const sights = await withPatience(work, () => client.sightBlob(probeRepository, probeDigest, { signal: lost }));
    const behind = sights.find(({ isKnown, content }) => isKnown || content !== 'missing');
    if (behind === undefined) {
      log.say('verify', `The probe is gone at every endpoint (${sights.map(({ host }) => host).join(', ')}).`);
      return;
    }
    if (behind.content === 'readable' && !work.isCutShort) throw new CollectionEnd('failed', sentences.notSwept());
    if (behind.content === 'readable') {
      log.say('verify', 'The sweep had not come to the probe: that the registry was restarted is not proven.');
      return;
    }
    const reason = sentences.notRestarted(behind.host);
    if (stopping.aborted) throw new CollectionEnd('failed', reason, { keepsMaintenance: true });
    await work.note({ restarts }, reason);
    if (restarts < restartsMax) {
      restarts += 1;
      log.say('verify', `${behind.host} still knows the probe by HEAD and cannot read it: restarting it again.`);
      await restart(work);
    } else await sleep(deps.times.lookMs, undefined, { signal: lost });
  }
}

const triesMax = 5;

/** A registry that has just been started may stumble. */
async function withPatience<T>({ deps, lost }: RunWork, read: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await read();
    } catch (error) {
      if (!isRegistryError(error) || lost.aborted) throw error;
      if (tries === triesMax) {
        throw new CollectionEnd('failed', sentences.registryFailed(error), { keepsMaintenance: true });
      }
      await sleep(deps.times.lookMs * 2 ** tries, undefined, { signal: lost });
    }
  }
}
