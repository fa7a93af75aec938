import { useQueries } from '@tanstack/react-query';
import type { DeletionPreview, TrashSelection } from 'bff/contract/trash';
import { deletionPreviewQuery } from './trash-queries.ts';

export interface DeletionPreviewState {
  data: DeletionPreview | undefined;
  error: Error | null;
  retry: () => void;
}

/** What each of these would do, in their order. */
export function useDeletionPreviews(project: string, selections: readonly TrashSelection[]): DeletionPreviewState[] {
  const queries = useQueries({ queries: selections.map((selection) => deletionPreviewQuery(project, selection)) });
  return queries.map(({ data, error, refetch }) => ({ data, error, retry: () => void refetch() }));
}
