import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { paths } from '../../paths.ts';
import { toast } from '../../ui/toast.ts';
import { type Deletion, itemsOf } from './deletion.ts';
import { followDeletion, readTrashAgain } from './trash-queries.ts';
import { nameOf } from './trash-state.ts';
import { useRestoreToasts } from './use-restore-toasts.ts';

/** For whoever did not wait: what became of a deletion, and the way back from it. */
export function useDeletionToasts(): (deletion: Deletion) => void {
  const { t } = useTranslation('trash');
  const client = useQueryClient();
  const navigate = useNavigate();
  const restore = useRestoreToasts();
  return (deletion) => {
    const { project, repository } = deletion;
    followDeletion(client, deletion, (newest) => {
      void readTrashAgain(client);
      const items = itemsOf(deletion, newest);
      const deleted = items.filter(({ state }) => state === 'deleted');
      const failed = items.filter(({ state }) => state === 'failed');
      const [first] = deleted;
      if (first !== undefined) {
        const message = t('progress.toast', { count: deleted.length, what: nameOf(first), repository });
        toast({ message, action: { label: t('progress.toastRestore'), onClick: () => restore(deleted) } });
      }
      if (failed.length > 0) {
        const onClick = () => void navigate(paths.projectTrash(project, { repository, state: 'failed' }));
        const message = t('progress.toastFailed', { count: failed.length, repository });
        toast({ message, tone: 'danger', action: { label: t('progress.toastSee'), onClick } });
      }
    });
  };
}
