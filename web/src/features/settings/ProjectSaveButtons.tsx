import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import type { ErrorWords } from '../../ui/ErrorState.tsx';
import styles from './project-settings.module.css';

interface ProjectSaveButtonsProps {
  isChanged: boolean;
  isSaving: boolean;
  error: ErrorWords | null;
  onUndo: () => void;
}

/** There while something is changed and not saved. */
export function ProjectSaveButtons({ isChanged, isSaving, error, onUndo }: ProjectSaveButtonsProps) {
  const { t } = useTranslation('project-settings');
  if (!isChanged) return null;
  return (
    <>
      {error === null ? null : (
        <p role="alert" className={styles['refusal']}>
          {error.sentence} {error.more}
        </p>
      )}
      <div className={styles['buttons']}>
        <Button variant="outlined" disabled={isSaving} onClick={onUndo}>
          {t('undo')}
        </Button>
        <Button type="submit" variant="contained" disabled={isSaving}>
          {t('save')}
        </Button>
      </div>
    </>
  );
}
