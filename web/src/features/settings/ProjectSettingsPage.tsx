import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { ProjectFrame } from '../../domain/project/ProjectFrame.tsx';
import { canAt, environmentsOf, projectQuery } from '../../domain/project-access.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { ProjectAbout } from './ProjectAbout.tsx';
import { ProjectArchive } from './ProjectArchive.tsx';
import { ProjectRemoval } from './ProjectRemoval.tsx';
import { ProjectRules } from './ProjectRules.tsx';
import { environmentsQuery } from './project-settings-queries.ts';
import styles from './project-settings.module.css';
import { ProjectTrashWindow } from './ProjectTrashWindow.tsx';
import { ProjectVisibility } from './ProjectVisibility.tsx';

export function ProjectSettingsPage() {
  const { t } = useTranslation('project-settings');
  const { project: name = '' } = useParams();
  const errorWords = useErrorWords();
  const mayRemove = useCan('project.create');
  const query = useQuery(projectQuery(name));
  const { data: project, error } = query;
  const mayManage = canAt(project?.access, 'project.manage');
  const members = useQuery({ ...environmentsQuery(name), enabled: mayManage });
  const environments = members.data?.environments ?? environmentsOf(project?.access);
  const managed = environments.filter((environment) => canAt(project?.access, 'project.manage', environment));
  const isEverywhere = mayManage && managed.length === environments.length;
  return (
    <ProjectFrame project={name} section="settings" needs="project.manage">
      {project === undefined ? (
        error === null ? (
          <div className={styles['skeleton']} aria-busy="true" />
        ) : (
          <ErrorState title={t('notRead')} error={errorWords(error)} onRetry={() => void query.refetch()} />
        )
      ) : (
        <div className={styles['settings']} key={name}>
          <ProjectAbout project={project} />
          <ProjectVisibility
            project={project}
            environments={environments}
            managed={managed}
            isEverywhere={isEverywhere}
          />
          <ProjectRules project={name} environments={managed} isEverywhere={isEverywhere} />
          <ProjectTrashWindow project={name} isEverywhere={isEverywhere} />
          <ProjectArchive project={project} isEverywhere={isEverywhere} />
          {mayRemove ? <ProjectRemoval project={project} /> : null}
        </div>
      )}
    </ProjectFrame>
  );
}
