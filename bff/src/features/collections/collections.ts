/** A cause in words; `code` is stable, `sentence` is the English of it. */
export interface Reason {
  readonly code: string;
  readonly sentence: string;
  readonly params: Readonly<Record<string, string>>;
}

/** In this order: docs/decisions/061-collections.md says what happens to a run that is killed in each of them. */
export const stepNames = [
  'preview',
  'maintenance',
  'drain',
  'dry-run',
  'collect',
  'restart',
  'verify',
  'writable',
] as const;
export type StepName = (typeof stepNames)[number];
export type EndState = 'done' | 'failed' | 'stopped';
export type Findings = Readonly<Record<string, number>>;

export interface CollectionRun {
  readonly id: string;
  readonly registryId: string;
  readonly kind: 'preview' | 'collection';
  readonly state: 'running' | EndState;
  readonly step: StepName;
  readonly askedBy: string | null;
  readonly isScheduled: boolean;
  readonly limitMinutes: number;
  readonly isStopping: boolean;
  readonly stoppedBy: string | null;
  readonly reason: Reason | null;
  readonly eligibleCount: number | null;
  readonly eligibleBytes: number | null;
  readonly unweighedCount: number | null;
  readonly removedCount: number | null;
  readonly bytesBefore: number | null;
  readonly bytesAfter: number | null;
  readonly writesRefusedAt: Date | null;
  readonly writableAt: Date | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** One that this worker holds. */
export interface ClaimedRun extends CollectionRun {
  readonly fence: number;
  readonly probeDigest: string | null;
  /** Until its limit, by the database's clock. */
  readonly leftMs: number;
}

export interface CollectionStep {
  readonly name: StepName;
  readonly state: 'running' | 'done' | 'failed' | 'skipped';
  readonly findings: Findings;
  readonly reason: Reason | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

export interface CollectionLine {
  readonly id: number;
  readonly at: Date;
  readonly step: StepName;
  readonly source: 'longshore' | 'command';
  readonly line: string;
}

export interface CollectionSchedule {
  readonly cron: string;
  readonly timeZone: string;
  readonly limitMinutes: number;
  readonly nextAt: Date;
  readonly setBy: string | null;
}

/** Argument lists from the server's configuration. */
export interface CollectionCommands {
  readonly registryId: string;
  readonly dryRun: readonly string[];
  readonly collect: readonly string[];
  readonly restart: readonly string[];
  readonly measure: readonly string[] | null;
}

export const usualLimitMinutes = 120;

/** Nobody may read or write here but Longshore; holds nothing but blobs that nothing refers to. */
export const probeRepository = 'longshore-trash/longshore/collection-probe';

/** The run ends, in this state, when the registry has been made safe again. */
export class CollectionEnd extends Error {
  override readonly name = 'CollectionEnd';
  readonly state: EndState;
  readonly reason: Reason;
  /** The registry is not safe to write to: its maintenance stays. */
  readonly keepsMaintenance: boolean;

  constructor(state: EndState, reason: Reason, { keepsMaintenance = false } = {}) {
    super(reason.sentence);
    this.state = state;
    this.reason = reason;
    this.keepsMaintenance = keepsMaintenance;
  }
}
