import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { ProjectFrame } from '../../domain/project/ProjectFrame.tsx';
import { canEverywhere, useProjectAccess } from '../../domain/project-access.ts';
import { projectNoticesQuery } from './notices-queries.ts';
import { AddNoticeButton, NoticesView } from './NoticesView.tsx';

/** The notices of one project: for who manages every environment of it. */
export function ProjectNoticesPage() {
  const { project = '' } = useParams();
  const access = useProjectAccess(project);
  const mayManage = canEverywhere(access, 'project.manage');
  const query = useQuery({ ...projectNoticesQuery(project), enabled: mayManage });
  const addButton = mayManage ? <AddNoticeButton /> : undefined;
  return (
    <ProjectFrame project={project} section="notices" needs="project.manage" isNeededEverywhere fill action={addButton}>
      <NoticesView key={project} place={project} query={query} addButton={addButton} />
    </ProjectFrame>
  );
}
