import { type QueryClient, QueryObserver, useMutation } from '@tanstack/react-query';
import { getArtifact } from 'bff/contract/artifacts';
import { getMatrix } from 'bff/contract/projects';
import { getRepository, listTags } from 'bff/contract/repositories';
import { listTagHistory } from 'bff/contract/tag-history';
import {
  deleteToTrash,
  listAllTrash,
  listTrash,
  previewDeletion,
  previewRestore,
  purgeFromTrash,
  restoreFromTrash,
  type RestoreTarget,
  type TrashItem,
  type TrashSelection,
} from 'bff/contract/trash';
import { call } from '../../api/call.ts';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { queriesOf, readAgain } from '../../api/read-again.ts';
import { type Deletion, type DeletionPart, isOver, SHOWN_ITEMS } from './deletion.ts';
import { inTurns } from './in-turns.ts';
import { isUnderWay } from './trash-state.ts';

const FOLLOW_MS = 700;
const AT_ONCE = 6;
const lists = [listTrash, listAllTrash, listTagHistory];
const catalog = [listTags, getRepository, getArtifact, getMatrix];

/** What a deletion would do. Never older than a moment: people push meanwhile. */
export const deletionPreviewQuery = (project: string, selection: TrashSelection) => ({
  ...endpointQuery(previewDeletion, { params: { project }, body: { selection } }),
  staleTime: 0,
  gcTime: 60_000,
});

/** What a tag is by now, where it would be restored. */
export const tagNowQuery = (registryId: string, repository: string, tag: string) => ({
  ...endpointQuery(listTagHistory, { query: { repository, tag, registryId, limit: 1 } }),
  staleTime: 0,
});

/** What to know before something is restored there. */
export const restorePreviewQuery = (project: string, trashItemId: string, target: RestoreTarget) => ({
  ...endpointQuery(previewRestore, { params: { project, trashItemId }, body: { target } }),
  staleTime: 0,
});

export const trashItemQuery = (project: string, itemId: string) => ({
  ...endpointQuery(listTrash, { params: { project }, query: { itemId, limit: 1 } }),
  staleTime: 0,
});

/** The newest of a repository's trash, until everything of the deletion has ended. */
export const deletionQuery = (deletion: Deletion) => ({
  ...endpointQuery(listTrash, {
    params: { project: deletion.project },
    query: { repository: deletion.repository, sort: '-created' as const, limit: SHOWN_ITEMS },
  }),
  staleTime: 0,
  refetchInterval: ({ state: { data } }: { state: { data: { items: TrashItem[] } | undefined } }) =>
    isOver(deletion, data?.items) ? (false as const) : FOLLOW_MS,
});

interface DeletionOrder {
  readonly selections: readonly TrashSelection[];
  readonly comment: string;
}

/** Begins a deletion in each registry. @throws where none of them took it */
export function useStartDeletion(project: string, repository: string) {
  return useMutation({
    mutationFn: async ({ selections, comment }: DeletionOrder): Promise<Deletion> => {
      const parts = await Promise.all(selections.map((selection) => beginPart(project, selection, comment)));
      const [first] = parts;
      if (first?.error != null && parts.every(({ error }) => error !== null)) throw first.error;
      return { project, repository, parts };
    },
  });
}

async function beginPart(project: string, selection: TrashSelection, comment: string): Promise<DeletionPart> {
  try {
    const body = { selection, ...(comment === '' ? {} : { comment }) };
    const { items, total } = await call(deleteToTrash, { params: { project }, body });
    return { selection, itemIds: items, total, error: null };
  } catch (error) {
    return { selection, itemIds: [], total: 0, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** Tells when a deletion is over, whatever page is shown by then. */
export function followDeletion(
  client: QueryClient,
  deletion: Deletion,
  onEnd: (newest: readonly TrashItem[]) => void,
): void {
  const observer = new QueryObserver(client, deletionQuery(deletion));
  const stop = observer.subscribe(({ data, isFetching }) => {
    if (data === undefined || isFetching || !isOver(deletion, data.items)) return;
    stop();
    onEnd(data.items);
  });
}

/** What shows deleted things, and what shows what is there. */
export const readTrashAgain = (client: QueryClient) => readAgain(client, queriesOf([...lists, ...catalog]));

export type WayOut = { readonly act: 'restore'; readonly target: RestoreTarget } | { readonly act: 'purge' };

export interface Taken {
  readonly item: TrashItem;
  /** As it is now. */
  readonly now: TrashItem;
}

/**
 * Restores or purges each, and waits for what becomes of it.
 * @param onEach one more has ended
 * @returns what was refused at once
 */
export async function takeOut(
  items: readonly TrashItem[],
  way: WayOut,
  onEach: (taken: Taken) => void = () => undefined,
) {
  return inTurns(items, AT_ONCE, async (item) => {
    const params = { project: item.project, trashItemId: item.id };
    const begun =
      way.act === 'purge'
        ? await call(purgeFromTrash, { params })
        : await call(restoreFromTrash, { params, body: { target: way.target } });
    onEach({ item, now: await ended(begun) });
  });
}

async function ended(begun: TrashItem): Promise<TrashItem> {
  let now = begun;
  // What waits for its registry may wait for hours: its reason is shown in the trash.
  while (isUnderWay(now) && now.reason === null) {
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS / 2));
    const { items } = await call(listTrash, {
      params: { project: begun.project },
      query: { itemId: begun.id, limit: 1 },
    });
    now = items[0] ?? { ...now, state: 'purged' };
  }
  return now;
}
