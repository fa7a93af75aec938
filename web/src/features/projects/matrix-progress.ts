import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { Answer } from 'bff/contract/endpoint';
import { getMatrix } from 'bff/contract/projects';
import type { TaskProgress } from 'bff/contract/replication';
import { withProgress } from './matrix-cell.ts';

type MatrixPage = Answer<typeof getMatrix>;
type Figures = Pick<TaskProgress, 'id' | 'bytesDone' | 'bytesTotal'>;

/**
 * Writes a running copy's figures into every matrix that is known, also into the few rows that the home page has of one;
 * nothing is read for it.
 */
export function showProgress(client: QueryClient, progress: Figures): void {
  client.setQueriesData<InfiniteData<MatrixPage> | MatrixPage>({ queryKey: [getMatrix.path] }, (known) => {
    if (known === undefined) return undefined;
    if (!('pages' in known)) return updated(known, progress);
    const pages = known.pages.map((page) => updated(page, progress));
    return pages.every((page, index) => page === known.pages[index]) ? known : { ...known, pages };
  });
}

function updated(page: MatrixPage, progress: Figures): MatrixPage {
  const items = withProgress(page.items, progress);
  return items === page.items ? page : { ...page, items: [...items] };
}
