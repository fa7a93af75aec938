import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/Page.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { allTrashPages, trashUrl } from './trash-list.ts';
import { TrashFilters } from './TrashFilters.tsx';
import { TrashView } from './TrashView.tsx';

/** What was deleted in all projects in which the reader may restore. */
export function TrashPage() {
  const { t } = useTranslation('trash');
  const [url] = useUrlState(trashUrl);
  const query = useInfiniteQuery(allTrashPages(url));
  return (
    <Page title={t('page.title')} fill toolbar={<TrashFilters />}>
      <TrashView project={undefined} query={query} />
    </Page>
  );
}
