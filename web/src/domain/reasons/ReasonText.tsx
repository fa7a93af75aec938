import { Suspense } from 'react';
import { type Cause, useReasonText } from './reason-text.ts';

/** A cause where most visits have none to show: its words are fetched when there is one, and the page does not wait. */
export function ReasonText({ cause }: { cause: Cause }) {
  return (
    <Suspense fallback={null}>
      <Words cause={cause} />
    </Suspense>
  );
}

function Words({ cause }: { cause: Cause }) {
  return useReasonText()(cause);
}
