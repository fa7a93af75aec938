import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { ProjectFrame } from '../../domain/project/ProjectFrame.tsx';
import { paths } from '../../paths.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { RetentionEditor } from './RetentionEditor.tsx';
import { plansQuery } from './retention-queries.ts';
import styles from './retention.module.css';
import { useRetentionRights } from './use-retention-rights.ts';

export function NewRetentionPlanPage() {
  const { t } = useTranslation('retention');
  const { project = '' } = useParams();
  const { managed, isKnown, isEverywhere } = useRetentionRights(project);
  return (
    <ProjectFrame project={project} section="retention" needs="project.manage">
      <EditorTitle project={project} title={t('editor.newTitle')} />
      {managed.length > 0 ? (
        <RetentionEditor key={project} project={project} environments={managed} isEverywhere={isEverywhere} />
      ) : isKnown ? (
        <EmptyState title={t('editor.mayNot')} />
      ) : (
        <div className={styles['skeleton']} aria-busy="true" />
      )}
    </ProjectFrame>
  );
}

export function EditRetentionPlanPage() {
  const { t } = useTranslation('retention');
  const errorWords = useErrorWords();
  const { project = '', planId = '' } = useParams();
  const { managed, isKnown, isEverywhere, mayManage, mayRead } = useRetentionRights(project);
  const { data, error, refetch } = useQuery({ ...plansQuery(project), enabled: mayRead });
  const plan = data?.items.find(({ id }) => id === planId);
  const isReady = data !== undefined && isKnown;
  return (
    <ProjectFrame project={project} section="retention" needs="project.manage">
      <EditorTitle project={project} title={t('editor.editTitle')} />
      {error !== null && data === undefined ? (
        <ErrorState title={t('notRead')} error={errorWords(error)} onRetry={() => void refetch()} />
      ) : !isReady ? (
        <div className={styles['skeleton']} aria-busy="true" />
      ) : plan === undefined ? (
        <EmptyState
          title={t('editor.missing')}
          action={
            <Button component={Link} to={paths.retention(project)} variant="outlined">
              {t('page.back')}
            </Button>
          }
        />
      ) : mayManage(plan.environment) ? (
        <RetentionEditor
          key={planId}
          project={project}
          plan={plan}
          environments={managed}
          isEverywhere={isEverywhere}
        />
      ) : (
        <EmptyState title={t('editor.mayNot')} />
      )}
    </ProjectFrame>
  );
}

function EditorTitle({ project, title }: { project: string; title: string }) {
  const { t } = useTranslation('retention');
  return (
    <h2 className={styles['editorTitle']}>
      <Link to={paths.retention(project)}>{t('page.back')}</Link>
      {' / '}
      {title}
    </h2>
  );
}
