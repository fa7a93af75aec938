import { lazy, Suspense } from 'react';
import type { CopySource } from './copy-plan.ts';

const CopyDialog = lazy(async () => ({ default: (await import('./CopyDialog.tsx')).CopyDialog }));

export interface CopyIntent {
  source: CopySource;
  /** Registries chosen beforehand. */
  destinationIds: readonly string[];
}

interface LazyCopyDialogProps {
  /** Null while nothing is to be copied. */
  intent: CopyIntent | null;
  onClose: () => void;
}

/** The copy dialog, fetched when it is first wanted: most visits only look. */
export function LazyCopyDialog({ intent, onClose }: LazyCopyDialogProps) {
  if (intent === null) return null;
  return (
    <Suspense fallback={null}>
      <CopyDialog source={intent.source} destinationIds={intent.destinationIds} onClose={onClose} />
    </Suspense>
  );
}
