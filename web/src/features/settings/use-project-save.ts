import type { ProjectDetail } from 'bff/contract/projects';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/api-error.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { toast } from '../../ui/toast.ts';
import { type ProjectChange, useProjectActions } from './project-settings-queries.ts';

/** Saves a part of the settings; when somebody else was faster, what they saved is in `theirs` and the next save wins. */
export function useProjectSave(project: ProjectDetail) {
  const { t } = useTranslation('project-settings');
  const errorWords = useErrorWords();
  const { update, readAgain } = useProjectActions(project.name);
  const [base, setBase] = useState(project);
  const [theirs, setTheirs] = useState<ProjectDetail>();
  const save = async (change: ProjectChange): Promise<ProjectDetail | undefined> => {
    try {
      const saved = await update.mutateAsync({ version: (theirs ?? base).version, change });
      setBase(saved);
      setTheirs(undefined);
      toast({ message: t('saved', { project: project.name }), tone: 'ok' });
      return saved;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'version-conflict') {
        setTheirs(await readAgain());
        update.reset();
      }
      return undefined;
    }
  };
  return {
    /** What the form is compared with. */
    base,
    theirs,
    save,
    /** Goes on from what somebody else saved, or from what is there now. */
    rebase: (from: ProjectDetail) => {
      setBase(from);
      setTheirs(undefined);
      update.reset();
    },
    isSaving: update.isPending,
    error: errorWords(update.error),
  };
}
