import { lazy, Suspense } from 'react';
import type { PromotionSource } from './promotion-path.ts';

const PromoteDialog = lazy(async () => ({ default: (await import('./PromoteDialog.tsx')).PromoteDialog }));

interface LazyPromoteDialogProps {
  /** Null while nothing is to be promoted. */
  source: PromotionSource | null;
  onClose: () => void;
}

/** The dialog that promotes a tag, fetched when it is first wanted: most visits only look. */
export function LazyPromoteDialog({ source, onClose }: LazyPromoteDialogProps) {
  if (source === null) return null;
  return (
    <Suspense fallback={null}>
      <PromoteDialog source={source} onClose={onClose} />
    </Suspense>
  );
}
