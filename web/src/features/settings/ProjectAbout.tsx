import TextField from '@mui/material/TextField';
import type { ProjectDetail } from 'bff/contract/projects';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EditConflict } from '../../ui/EditConflict.tsx';
import { ProjectSaveButtons } from './ProjectSaveButtons.tsx';
import { ProjectSection } from './ProjectSection.tsx';
import styles from './project-settings.module.css';
import { useProjectSave } from './use-project-save.ts';

const LONGEST = 500;

export function ProjectAbout({ project }: { project: ProjectDetail }) {
  const { t } = useTranslation('project-settings');
  const { base, theirs, save, rebase, isSaving, error } = useProjectSave(project);
  const [typed, setTyped] = useState<string>();
  const description = typed ?? project.description;
  const isChanged = typed !== undefined && typed.trim() !== base.description;
  const edit = (value: string) => {
    // From the first letter on, what is read anew meanwhile is somebody else's.
    if (typed === undefined) rebase(project);
    setTyped(value);
  };
  return (
    <ProjectSection title={t('about')}>
      <form
        className={styles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          void save({ description: description.trim() }).then((saved) => saved !== undefined && setTyped(undefined));
        }}
      >
        {theirs === undefined ? null : (
          <EditConflict
            name={project.name}
            fields={
              theirs.description === base.description
                ? []
                : [
                    {
                      key: 'description',
                      label: t('conflict.description'),
                      theirs: theirs.description,
                      yours: description,
                    },
                  ]
            }
            onTake={() => {
              rebase(theirs);
              setTyped(undefined);
            }}
          />
        )}
        <TextField
          label={t('description')}
          value={description}
          onChange={(event) => edit(event.target.value)}
          helperText={t('descriptionHint')}
          multiline
          slotProps={{ inputLabel: { shrink: true }, htmlInput: { maxLength: LONGEST } }}
        />
        <ProjectSaveButtons
          isChanged={isChanged}
          isSaving={isSaving}
          error={error}
          onUndo={() => setTyped(undefined)}
        />
      </form>
    </ProjectSection>
  );
}
