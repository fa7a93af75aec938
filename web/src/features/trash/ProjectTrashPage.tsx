import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { ProjectFrame } from '../../domain/project/ProjectFrame.tsx';
import { canAt, useProjectAccess } from '../../domain/project-access.ts';
import { useUrlState } from '../../ui/use-url-state.ts';
import { projectTrashPages, trashUrl, windowQuery } from './trash-list.ts';
import { TrashFilters } from './TrashFilters.tsx';
import { TrashView } from './TrashView.tsx';

/** What was deleted in one project. */
export function ProjectTrashPage() {
  const { t } = useTranslation('trash');
  const { project = '' } = useParams();
  const [url] = useUrlState(trashUrl);
  const maySee = canAt(useProjectAccess(project), 'artifact.delete');
  const query = useInfiniteQuery({ ...projectTrashPages(project, url), enabled: maySee });
  const { data: window } = useQuery(windowQuery(project));
  return (
    <ProjectFrame
      project={project}
      section="trash"
      needs="artifact.delete"
      fill
      facts={window === undefined ? undefined : <span>{t('page.window', { count: window.days })}</span>}
      toolbar={<TrashFilters />}
    >
      <TrashView key={project} project={project} query={query} />
    </ProjectFrame>
  );
}
