import { Approvals } from './Approvals.tsx';
import { HeldRuns } from './HeldRuns.tsx';

/** What waits for the reader's word; most visits find nothing. */
export function Decisions({ mayApprove, mayDelete }: { mayApprove: boolean; mayDelete: boolean }) {
  return (
    <>
      {mayApprove ? <Approvals /> : null}
      {mayDelete ? <HeldRuns /> : null}
    </>
  );
}
