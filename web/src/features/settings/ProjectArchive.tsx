import Button from '@mui/material/Button';
import type { ProjectDetail } from 'bff/contract/projects';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { toast } from '../../ui/toast.ts';
import { ProjectSection } from './ProjectSection.tsx';
import { useProjectActions } from './project-settings-queries.ts';
import styles from './project-settings.module.css';

interface ProjectArchiveProps {
  project: ProjectDetail;
  isEverywhere: boolean;
}

export function ProjectArchive({ project, isEverywhere }: ProjectArchiveProps) {
  const { t } = useTranslation('project-settings');
  const errorWords = useErrorWords();
  const { update } = useProjectActions(project.name);
  const [isAsking, setIsAsking] = useState(false);
  const { name, version, isArchived, repositoryCount } = project;
  const set = (next: boolean) =>
    update.mutate(
      { version, change: { isArchived: next } },
      {
        onSuccess: () => {
          setIsAsking(false);
          toast({ message: t(next ? 'archive.done' : 'archive.undone', { project: name }), tone: 'ok' });
        },
      },
    );
  const error = errorWords(update.error);
  return (
    <ProjectSection title={t('archive.title')} words={t(isArchived ? 'archive.isArchived' : 'archive.words')}>
      {!isEverywhere ? (
        <p className={styles['words']}>{t('archive.needs')}</p>
      ) : isArchived ? (
        <Button variant="outlined" disabled={update.isPending} onClick={() => set(false)}>
          {t('archive.undo')}
        </Button>
      ) : (
        <Button variant="outlined" onClick={() => setIsAsking(true)}>
          {t('archive.action')}
        </Button>
      )}
      {error === null || isAsking ? null : (
        <p role="alert" className={styles['refusal']}>
          {error.sentence} {error.more}
        </p>
      )}
      <ConfirmDialog
        isOpen={isAsking}
        title={t('archive.question', { project: name })}
        touched={[t('archive.touched.repositories', { count: repositoryCount }), t('archive.touched.running')]}
        confirmLabel={t('archive.action')}
        isBusy={update.isPending}
        error={error}
        onConfirm={() => set(true)}
        onClose={() => {
          update.reset();
          setIsAsking(false);
        }}
      >
        {t('archive.questionWords')}
      </ConfirmDialog>
    </ProjectSection>
  );
}
