import Button from '@mui/material/Button';
import type { ProjectDetail } from 'bff/contract/projects';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { paths } from '../../paths.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { toast } from '../../ui/toast.ts';
import { ProjectSection } from './ProjectSection.tsx';
import { useProjectActions } from './project-settings-queries.ts';
import styles from './project-settings.module.css';

export function ProjectRemoval({ project: { name, repositoryCount } }: { project: ProjectDetail }) {
  const { t } = useTranslation('project-settings');
  const errorWords = useErrorWords();
  const navigate = useNavigate();
  const { remove } = useProjectActions(name);
  const [isAsking, setIsAsking] = useState(false);
  return (
    <ProjectSection title={t('removal.title')} words={t('removal.words')}>
      {repositoryCount > 0 ? (
        <p className={styles['words']}>{t('removal.notEmpty', { count: repositoryCount })}</p>
      ) : (
        <Button variant="outlined" color="error" onClick={() => setIsAsking(true)}>
          {t('removal.action')}
        </Button>
      )}
      <ConfirmDialog
        isOpen={isAsking}
        title={t('removal.question', { project: name })}
        touched={[t('removal.members'), t('removal.robots'), t('removal.rules')]}
        confirmLabel={t('removal.action')}
        isDangerous
        typeToConfirm={name}
        isBusy={remove.isPending}
        error={errorWords(remove.error)}
        onConfirm={() =>
          remove.mutate(undefined, {
            onSuccess: () => {
              toast({ message: t('removal.done', { project: name }), tone: 'ok' });
              void navigate(paths.projects());
            },
          })
        }
        onClose={() => {
          remove.reset();
          setIsAsking(false);
        }}
      >
        {t('removal.questionWords')}
      </ConfirmDialog>
    </ProjectSection>
  );
}
