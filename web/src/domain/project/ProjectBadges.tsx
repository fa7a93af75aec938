import type { Project } from 'bff/contract/projects';
import { useTranslation } from 'react-i18next';
import styles from './project.module.css';

type Shown = Pick<Project, 'isPublic' | 'publicEnvironments' | 'isArchived'>;

/** What sets a project apart from a private one in use; nothing for that. Needs the words `project-frame`. */
export function ProjectBadges({ project }: { project: Shown }) {
  const { t } = useTranslation('project-frame');
  const exceptions = Object.values(project.publicEnvironments);
  const isPartly = project.isPublic ? exceptions.includes(false) : exceptions.includes(true);
  return (
    <>
      {isPartly ? (
        <span className={styles['badge']} title={t('publicPartlyHint')}>
          {t('publicPartly')}
        </span>
      ) : project.isPublic ? (
        <span className={styles['badge']} title={t('publicHint')}>
          {t('public')}
        </span>
      ) : null}
      {project.isArchived ? (
        <span className={styles['badge']} data-tone="warn" title={t('archivedHint')}>
          {t('archived')}
        </span>
      ) : null}
    </>
  );
}
