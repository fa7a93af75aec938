import { lazy, Suspense } from 'react';
import type { DeletionIntent } from './delete-plan.ts';

const DeleteDialog = lazy(async () => ({ default: (await import('./DeleteDialog.tsx')).DeleteDialog }));

interface LazyDeleteDialogProps {
  /** Null while nothing is to be deleted. */
  intent: DeletionIntent | null;
  /** Told whether it was begun: then what was selected is not there any more. */
  onClose: (hasBegun: boolean) => void;
}

/** The dialog that deletes, fetched when it is first wanted: most visits only look. */
export function LazyDeleteDialog({ intent, onClose }: LazyDeleteDialogProps) {
  if (intent === null) return null;
  return (
    <Suspense fallback={null}>
      <DeleteDialog intent={intent} onClose={onClose} />
    </Suspense>
  );
}
