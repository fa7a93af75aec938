import type { TrashItem } from 'bff/contract/trash';
import { lazy, Suspense } from 'react';

const RestoreDialog = lazy(async () => ({ default: (await import('./RestoreDialog.tsx')).RestoreDialog }));

interface LazyRestoreDialogProps {
  /** Null while nothing is to be restored. */
  item: TrashItem | null;
  /** The tag that it is wanted under, where that is not the one it was deleted under. */
  wantedTag?: string;
  onClose: () => void;
}

export function LazyRestoreDialog({ item, wantedTag, onClose }: LazyRestoreDialogProps) {
  if (item === null) return null;
  return (
    <Suspense fallback={null}>
      <RestoreDialog key={item.id} item={item} onClose={onClose} {...(wantedTag === undefined ? {} : { wantedTag })} />
    </Suspense>
  );
}
