import { isRegistryError } from '../../registry-client/index.ts';
import type { Reason } from './collections.ts';

const reason = (code: string, sentence: string, params: Record<string, string> = {}): Reason => ({
  code,
  sentence,
  params,
});

/** Why a collection ended other than well, or what it waits for. */
export const sentences = {
  stopped: (who: string) => reason('collection-stopped', `${who} stopped it.`, { who }),
  tooLong: (minutes: number) =>
    reason('collection-too-long', `It was not done within its limit of ${minutes} minutes.`, {
      minutes: String(minutes),
    }),
  interrupted: () =>
    reason(
      'collection-interrupted',
      'The console ended while blobs were being deleted. The registry was restarted and verified; the next collection takes the rest.',
    ),
  notConfigured: () =>
    reason('collection-not-configured', 'The server’s configuration no longer says how to collect garbage here.'),
  notDrained: (what: string) =>
    reason('collection-not-drained', `Something was still writing into the registry: ${what}. Nothing was deleted.`, {
      what,
    }),
  maintenanceLost: () =>
    reason(
      'collection-maintenance-lost',
      'The maintenance ended before anything was deleted: writes may have come in.',
    ),
  commandFailed: (step: string, exit: string, words: string) =>
    reason(
      'collection-command-failed',
      `The command for ${step} ended with ${exit}: ${words === '' ? 'it said nothing' : words}`,
      {
        step,
        exit,
        words,
      },
    ),
  wrongStorage: () =>
    reason(
      'collection-wrong-storage',
      'The dry run does not name the blob that Longshore had just put into the registry: it seems to look at another storage. Nothing was deleted.',
    ),
  listsManifests: (manifest: string) =>
    reason(
      'collection-lists-manifests',
      `The dry run would delete manifests (${manifest}), as with -m, which takes the platforms of images that are in use. Nothing was deleted.`,
      { manifest },
    ),
  reachable: (digest: string, owner: string) =>
    reason('collection-reachable', `The dry run would delete ${digest}, which ${owner} needs. Nothing was deleted.`, {
      digest,
      owner,
    }),
  sweptReachable: (digest: string, owner: string) =>
    reason(
      'collection-swept-reachable',
      `Against its dry run the collection named ${digest}, which ${owner} needs, and was killed at once. Look whether that still pulls.`,
      { digest, owner },
    ),
  notRestarted: (endpoint: string) =>
    reason(
      'collection-not-restarted',
      `${endpoint} still knows a blob that was deleted: it was not restarted. Until it is, it would take images whose layers are gone, so writes stay refused.`,
      { endpoint },
    ),
  notSwept: () =>
    reason(
      'collection-not-swept',
      'The blob that Longshore had put in for the collection to take is still there: nothing was collected.',
    ),
  tagsBroken: (count: number, first: string) =>
    reason(
      'collection-tags-broken',
      `${count} tags were whole before and are not now. The first: ${first}. Push them again.`,
      {
        count: String(count),
        first,
      },
    ),
  registryFailed: (error: unknown) =>
    isRegistryError(error)
      ? reason('collection-registry-failed', error.sentence, { cause: error.sentence })
      : reason('collection-failed', 'Something went wrong on the console’s side; its log says what.'),
};
