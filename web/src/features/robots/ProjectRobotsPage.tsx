import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { ProjectFrame } from '../../domain/project/ProjectFrame.tsx';
import { canAt, environmentsOf, useProjectAccess } from '../../domain/project-access.ts';
import { projectRobotsQuery } from './robots-queries.ts';
import { AddRobotButton, RobotsView } from './RobotsView.tsx';

/** The robot accounts of one project. */
export function ProjectRobotsPage() {
  const { t } = useTranslation('robots');
  const { project = '' } = useParams();
  const access = useProjectAccess(project);
  const query = useQuery({ ...projectRobotsQuery(project), enabled: canAt(access, 'member.read') });
  const environments = environmentsOf(access);
  const managed = environments.filter((environment) => canAt(access, 'project.manage', environment));
  const addButton = managed.length > 0 ? <AddRobotButton /> : undefined;
  return (
    <ProjectFrame
      project={project}
      section="robots"
      needs="member.read"
      fill
      facts={query.data === undefined ? undefined : <span>{t('facts', { count: query.data.items.length })}</span>}
      action={addButton}
    >
      <RobotsView
        key={project}
        place={project}
        query={query}
        environments={managed}
        isEverywhere={managed.length > 0 && managed.length === environments.length}
        mayCreate={managed.length > 0}
        addButton={addButton}
      />
    </ProjectFrame>
  );
}
