import Dialog from '@mui/material/Dialog';
import { useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDeletionToasts } from './use-deletion-toasts.ts';
import { DeleteForm } from './DeleteForm.tsx';
import type { DeletionIntent } from './delete-plan.ts';
import { type Deletion, isOver } from './deletion.ts';
import { DeletionProgress } from './DeletionProgress.tsx';
import { deletionQuery, readTrashAgain } from './trash-queries.ts';
import styles from './trash.module.css';

interface DeleteDialogProps {
  intent: DeletionIntent;
  onClose: (hasBegun: boolean) => void;
}

/** What would go and what would stay, then what became of it. Load it lazily, with `LazyDeleteDialog`. */
export function DeleteDialog({ intent, onClose }: DeleteDialogProps) {
  const { t } = useTranslation(['trash', 'reasons']);
  const titleId = useId();
  const client = useQueryClient();
  const [deletion, setDeletion] = useState<Deletion | null>(null);
  const tellLater = useDeletionToasts();
  const close = () => {
    onClose(deletion !== null);
    if (deletion === null) return;
    const seen = client.getQueryData(deletionQuery(deletion).queryKey);
    // Whoever leaves before the end hears of it where they are by then.
    if (isOver(deletion, seen?.items)) void readTrashAgain(client);
    else tellLater(deletion);
  };
  return (
    <Dialog
      open
      onClose={close}
      aria-labelledby={titleId}
      maxWidth={deletion === null ? 'md' : 'sm'}
      fullWidth
      scroll="paper"
    >
      {deletion === null ? (
        <>
          <header className={styles['header']}>
            <h2 id={titleId}>{titleOf(t, intent)}</h2>
            <p className={styles['muted']}>{t('delete.words')}</p>
          </header>
          <DeleteForm intent={intent} onBegun={setDeletion} onClose={close} />
        </>
      ) : (
        <DeletionProgress deletion={deletion} titleId={titleId} onClose={close} />
      )}
    </Dialog>
  );
}

function titleOf(t: ReturnType<typeof useTranslation<['trash', 'reasons']>>['t'], intent: DeletionIntent): string {
  const { repository, what } = intent;
  if (what.kind === 'pattern') return t('delete.titlePattern', { repository });
  if (what.kind === 'repository') return t('delete.titleRepository', { repository });
  const [first] = what.references;
  if (first !== undefined && what.references.length === 1) {
    return t('delete.title', { what: `${repository}${first.name.includes(':') ? '@' : ':'}${first.name}` });
  }
  return t('delete.titleMany', { count: what.references.length, repository });
}
