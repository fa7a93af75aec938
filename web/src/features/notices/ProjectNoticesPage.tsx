import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { ProjectFrame } from '../../domain/project/ProjectFrame.tsx';
import { canAt, environmentsOf, useProjectAccess } from '../../domain/project-access.ts';
import { projectNoticesQuery } from './notices-queries.ts';
import { AddNoticeButton, NoticesView } from './NoticesView.tsx';

/** The notices of one project: for who manages every environment of it. */
export function ProjectNoticesPage() {
  const { project = '' } = useParams();
  const query = useQuery(projectNoticesQuery(project));
  const access = useProjectAccess(project);
  const mayManage = environmentsOf(access).every((environment) => canAt(access, 'project.manage', environment));
  const addButton = mayManage ? <AddNoticeButton /> : undefined;
  return (
    <ProjectFrame project={project} section="notices" needs="project.manage" fill action={addButton}>
      <NoticesView key={project} place={project} query={query} addButton={addButton} />
    </ProjectFrame>
  );
}
