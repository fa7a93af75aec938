import type { RegistryClient } from '../../registry-client/index.ts';
import type { CollectionClaimsStore } from './collection-claims.store.ts';
import type { CollectionLog } from './collection-log.ts';
import type { ClaimedRun, CollectionCommands, Findings, Reason } from './collections.ts';
import type { OpenWritesStore } from './open-writes.store.ts';
import type { ReachableView } from './reachable.view.ts';
import type { TagRecordsStore } from './tag-records.store.ts';

export interface StepTimes {
  /** Until every instance knows of a maintenance that has begun, and has said what it has open. */
  readonly settleMs: number;
  /** After so long of maintenance something still writes: the run gives up. */
  readonly drainMs: number;
  /** Between two looks. */
  readonly lookMs: number;
  /** For a registry that restarts behind a command that does not wait for it. */
  readonly restartMs: number;
}

export const usualTimes: StepTimes = { settleMs: 6000, drainMs: 180_000, lookMs: 500, restartMs: 60_000 };

export interface CollectionDeps {
  readonly claims: CollectionClaimsStore;
  readonly reachable: ReachableView;
  readonly openWrites: OpenWritesStore;
  readonly tagRecords: TagRecordsStore;
  /** Tells every instance and page that the registry’s maintenance has changed. */
  readonly announceRegistry: (registryId: string) => void;
  /** Has the catalog read a manifest that it has not heard of. Rejects with RegistryError. */
  readonly lookAt: (registryId: string, repository: string, digest: string) => Promise<unknown>;
  readonly environment: Readonly<Record<string, string>>;
  readonly times: StepTimes;
  /** Until registry tokens that were handed out before are worth nothing; undefined where the registry trusts none. */
  readonly tokenLifeMs: (registryId: string) => Promise<number | undefined>;
}

/** What the steps of one run work with. */
export interface RunWork {
  readonly deps: CollectionDeps;
  readonly run: ClaimedRun;
  readonly commands: CollectionCommands;
  readonly client: RegistryClient;
  readonly log: CollectionLog;
  /** The sweep did not come to its end. */
  readonly isCutShort: boolean;
  /** Aborted when somebody stops the run or its limit is over; what makes the registry safe again does not listen to it. */
  readonly stopping: AbortSignal;
  /** Aborted when the run is no longer this worker’s. */
  readonly lost: AbortSignal;
  /** Shown while the step goes on. */
  readonly note: (findings: Findings, reason?: Reason) => Promise<void>;
}
