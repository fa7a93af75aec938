import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { digestOf } from '../../registry-client/index.ts';
import { sentences } from './collection-reasons.ts';
import { CollectionEnd, type Findings, probeRepository } from './collections.ts';
import { measure, runGarbage } from './garbage-run.ts';
import { readClosures } from './read-closures.ts';
import type { RunWork } from './run-work.ts';
import { UnheardManifests } from './unheard-manifests.ts';

export const maintenanceMessage = 'Garbage is being collected; pushes are taken again in a few minutes.';

/** What would go, as things are now; nobody is held up by it. */
export async function preview(work: RunWork): Promise<Findings> {
  const { commands, deps, run, stopping, log } = work;
  log.say('preview', 'Asking the registry’s program what nothing refers to.');
  const bytesBefore = await measure(work, 'preview');
  const unheard = new UnheardManifests(work);
  const found = await runGarbage(work, {
    step: 'preview',
    command: commands.dryRun,
    signal: stopping,
    check: () => undefined,
    onManifest: (manifest) => unheard.add(manifest),
  });
  await unheard.lookAtAll();
  const { eligibleCount, eligibleBytes, unweighedCount } = found;
  const figures = {
    eligibleCount,
    eligibleBytes,
    unweighedCount,
    ...(bytesBefore === undefined ? {} : { bytesBefore }),
  };
  await deps.claims.noteFigures(run, figures);
  return { ...figures, markedCount: found.markedCount };
}

export async function beginMaintenance(work: RunWork): Promise<Findings> {
  const { deps, run, log } = work;
  const { hadLapsed } = await deps.claims.holdMaintenance(run, maintenanceMessage);
  deps.announceRegistry(run.registryId);
  log.say('maintenance', hadLapsed ? 'Writes are refused again; they were let in meanwhile.' : 'Writes are refused.');
  return {};
}

/** Until nothing is written into the registry any more. */
export async function drain(work: RunWork): Promise<Findings> {
  const { deps, run, stopping, log } = work;
  const { settleMs, drainMs, lookMs } = deps.times;
  const tokenLifeMs = (await deps.tokenLifeMs(run.registryId)) ?? 0;
  let most = 0;
  let said = '';
  for (;;) {
    stopping.throwIfAborted();
    const open = await deps.openWrites.findOpen(run.registryId);
    if (open === undefined) throw new CollectionEnd('failed', sentences.maintenanceLost());
    const { uploads, copies, trashItems, refusedForMs } = open;
    const count = uploads + copies + trashItems;
    most = Math.max(most, count);
    if (count === 0 && refusedForMs >= Math.max(settleMs, tokenLifeMs)) return { waitedFor: most };
    const what = `${uploads} uploads, ${copies} copies, ${trashItems} deletions or restores`;
    if (refusedForMs > drainMs + tokenLifeMs) throw new CollectionEnd('failed', sentences.notDrained(what));
    if (count > 0 && what !== said) {
      said = what;
      log.say('drain', `Waiting for what is being written: ${what}.`);
      await work.note({ uploads, copies, trashItems });
    }
    await sleep(lookMs, undefined, { signal: stopping });
  }
}

/** Everything that is needed, twice; then what would go. One digest among both ends the run. */
export async function dryRun(
  work: RunWork,
): Promise<{ findings: Findings; needed: ReadonlyMap<string, string>; probeDigest: string }> {
  const { commands, client, deps, run, stopping, log } = work;
  const probeDigest = await putProbe(work);
  const needed = new Map<string, string>();
  for (const { digest, owner } of await deps.reachable.listNeeded(run.registryId)) needed.set(digest, owner);
  log.say('dry-run', `The catalog and the trash need ${needed.size} blobs and manifests.`);
  const closures = await readClosures({
    client,
    knownRepositories: await deps.reachable.listRepositories(run.registryId),
    onRepository: noteNowAndThen(work),
    signal: stopping,
  });
  await deps.tagRecords.replace(run.id, closures.tags);
  for (const [digest, owner] of closures.needed) needed.set(digest, owner);
  log.say(
    'dry-run',
    `The registry’s ${closures.tags.length} tags need ${closures.needed.size}; together ${needed.size}.`,
  );
  for (const [tag, missing] of [...closures.broken].slice(0, 20)) {
    log.say('dry-run', `${tag} is broken already: ${missing} is missing.`);
  }
  const found = await runGarbage(
    { ...work, run: { ...run, probeDigest } },
    {
      step: 'dry-run',
      command: commands.dryRun,
      signal: stopping,
      check: (digest) => {
        const owner = needed.get(digest);
        if (owner !== undefined) throw new CollectionEnd('failed', sentences.reachable(digest, owner));
      },
    },
  );
  if (!found.namesProbe) throw new CollectionEnd('failed', sentences.wrongStorage());
  const { eligibleCount, eligibleBytes, unweighedCount } = found;
  await deps.claims.noteFigures(run, { eligibleCount, eligibleBytes, unweighedCount });
  log.say('dry-run', `None of the ${eligibleCount} blobs that would go is needed.`);
  const findings = {
    eligibleCount,
    eligibleBytes,
    unweighedCount,
    tagCount: closures.tags.length,
    neededCount: needed.size,
    brokenCount: closures.broken.size,
  };
  return { findings, needed, probeDigest };
}

/** A blob that nothing refers to, and that every endpoint has in its memory. */
async function putProbe({ client, deps, run, stopping, log }: RunWork): Promise<string> {
  const bytes = randomBytes(64);
  const digest = digestOf(bytes);
  await deps.claims.noteFigures(run, { probeDigest: digest });
  const blob = { digest, sizeBytes: bytes.length };
  await client.pushBlob(probeRepository, blob, () => Readable.from([bytes]), { signal: stopping });
  await client.sightBlob(probeRepository, digest, { signal: stopping });
  log.say('dry-run', `Put in a blob of our own that has to go: ${digest}.`);
  return digest;
}

const noteEveryMs = 1000;

function noteNowAndThen({ note }: RunWork) {
  let notedMs = 0;
  return (_repository: string, repositoriesRead: number, repositories: number): void => {
    const nowMs = performance.now();
    if (nowMs - notedMs < noteEveryMs) return;
    notedMs = nowMs;
    void note({ repositoriesRead, repositories }).catch(() => undefined);
  };
}
