/** How it is known that a tag is where it is. */
export type TagChangeHow = 'push' | 'copy' | 'scan' | 'delete';

export interface RefreshTagOptions {
  readonly how: TagChangeHow;
  /** Who pushed it, where that is known: an account, a robot, or the address of a client. */
  readonly actor?: string | undefined;
  /** When it was pushed, where that is known better than "now". */
  readonly pushedAt?: Date | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RefreshedTag {
  /** What the registry holds under the tag now; null where it holds nothing. */
  readonly digest: string | null;
  readonly changed: boolean;
}

export interface ScanOptions {
  readonly signal?: AbortSignal | undefined;
  /** A person who was told that removals were held back lets them happen by asking again. */
  readonly requestedBy?: 'person' | 'schedule' | undefined;
}

export interface ScanSummary {
  /** `busy`: another instance is at it; `held-back`: complete, but with more removals than go without a person's word. */
  readonly outcome: 'complete' | 'held-back' | 'failed' | 'busy';
  readonly repositoryCount: number;
  readonly tagCount: number;
  readonly changedTagCount: number;
  readonly removedTagCount: number;
}

/** The index of what the registries hold. It follows them and never decides anything about them. */
export interface CatalogService {
  /**
   * Reads one tag's truth from its registry, stores it with everything below it and publishes `tag` if it changed.
   * Rejects with RegistryError where the registry does not answer.
   */
  refreshTag(registryId: string, repository: string, tag: string, options: RefreshTagOptions): Promise<RefreshedTag>;
  /** The same for a manifest that no tag needs to name. False where the registry has none. */
  refreshManifest(
    registryId: string,
    repository: string,
    digest: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<boolean>;
  /** Reconciles the whole registry; failures are results, stored as the registry's scan state. */
  scanRegistry(registryId: string, options?: ScanOptions): Promise<ScanSummary>;
  /** Makes a scan due now, on whichever instance is free; survives a restart. */
  requestScan(registryId: string, requestedBy?: 'person' | 'schedule'): Promise<void>;
  /** Stores the events of a Distribution envelope and returns at once; they are handled behind. */
  handleNotifications(registryId: string, envelope: unknown): Promise<{ readonly accepted: number }>;
  /** Takes up unhandled events and begins to scan on schedule. */
  start(): void;
  stop(): Promise<void>;
}
