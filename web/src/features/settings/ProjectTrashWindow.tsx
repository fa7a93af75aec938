import TextField from '@mui/material/TextField';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { toast } from '../../ui/toast.ts';
import { ProjectSaveButtons } from './ProjectSaveButtons.tsx';
import { ProjectSection } from './ProjectSection.tsx';
import { trashWindowQuery, useProjectActions } from './project-settings-queries.ts';
import styles from './project-settings.module.css';

const FEWEST = 1;
const MOST = 365;

/** How long what is deleted can be restored. */
export function ProjectTrashWindow({ project, isEverywhere }: { project: string; isEverywhere: boolean }) {
  const { t } = useTranslation('project-settings');
  const errorWords = useErrorWords();
  const { data, error } = useQuery(trashWindowQuery(project));
  const { setTrashWindow } = useProjectActions(project);
  const [typed, setTyped] = useState<string>();
  const shown = typed ?? String(data?.days ?? '');
  const days = Number(shown);
  const isWrong = typed !== undefined && !(Number.isInteger(days) && days >= FEWEST && days <= MOST);
  const isChanged = typed !== undefined && days !== data?.days;
  const save = () => {
    if (isWrong) return;
    setTrashWindow.mutate(days, {
      onSuccess: (saved) => {
        setTyped(undefined);
        toast({ message: t('trash.saved', { count: saved.days }), tone: 'ok' });
      },
    });
  };
  const notRead = data === undefined ? errorWords(error) : null;
  return (
    <ProjectSection title={t('trash.title')} words={t('trash.words')}>
      {notRead === null ? null : (
        <p role="alert" className={styles['refusal']}>
          {notRead.sentence} {notRead.more}
        </p>
      )}
      {isEverywhere ? (
        <form
          className={styles['form']}
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            save();
          }}
        >
          <TextField
            label={t('trash.days')}
            value={shown}
            disabled={data === undefined}
            onChange={(event) => setTyped(event.target.value)}
            error={isWrong}
            helperText={isWrong ? t('trash.wrong', { fewest: FEWEST, most: MOST }) : t('trash.hint')}
            sx={{ maxWidth: 320 }}
            slotProps={{ inputLabel: { shrink: true }, htmlInput: { inputMode: 'numeric', maxLength: 4 } }}
          />
          <ProjectSaveButtons
            isChanged={isChanged && !isWrong}
            isSaving={setTrashWindow.isPending}
            error={errorWords(setTrashWindow.error)}
            onUndo={() => setTyped(undefined)}
          />
        </form>
      ) : (
        <p className={styles['words']}>
          {data === undefined ? null : t('trash.now', { count: data.days })} {t('trash.needs')}
        </p>
      )}
    </ProjectSection>
  );
}
