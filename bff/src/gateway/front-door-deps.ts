import type { Request, Response } from 'express';
import type { RecordAudit } from '../access/audit-record.ts';
import type { RegistryAction, RegistryCredentials } from '../access/credentials.ts';
import type { Decision } from '../access/decide.ts';
import type { Subject } from '../access/subject.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { RegistryClient } from '../registry-client/index.ts';
import type { Silence } from './endpoint-proxy.ts';
import type { FindImmutable, HoldTag } from './immutable-tags.ts';
import type { PlaceName } from './request-target.ts';
import type { IsInTrash, MoveToTrash } from './trashed.ts';

/** A registry as the front door knows it. */
export interface FrontDoorRegistry {
  readonly name: string;
  readonly environment: string;
  /** Null while it takes writes. */
  readonly maintenance: { readonly until: Date; readonly message: string } | null;
  readonly client: Pick<
    RegistryClient,
    'forwardingEndpoints' | 'allowedRedirectHosts' | 'headManifest' | 'listTags' | 'listReferrers'
  >;
}

/** A manifest was pushed through the front door. */
export interface ManifestChange {
  readonly registryId: string;
  readonly repository: string;
  /** Null where it was named by its digest. */
  readonly tag: string | null;
  readonly digest: string;
  readonly actor: string;
}

export interface CatalogPage {
  readonly subject: Subject;
  /** Null: whatever the subject may see; else nothing but these. */
  readonly only: readonly string[] | null;
  /** `registry/repository` after which to begin. */
  readonly after: string | null;
  readonly limit: number;
}

/** Where this console is reached from outside. */
export interface PublicOrigin {
  /** For what must be absolute. */
  readonly origin: string;
  /** What to put before the path of a Location or Link; empty where only a relative one is certain to be right. */
  readonly prefix: string;
}

export interface FrontDoorDeps {
  readonly credentials: RegistryCredentials;
  /** Why somebody may not do something at a place. */
  readonly decide: (subject: Subject, action: RegistryAction, place: PlaceName) => Promise<Decision>;
  readonly findRegistry: (registryId: string) => Promise<FrontDoorRegistry | undefined>;
  /** `registry/repository` of what the subject may pull, in their order. */
  readonly listRepositories: (page: CatalogPage) => Promise<readonly string[]>;
  /** Told of each request that writes, before it is decided on. */
  readonly noteWrite: (registryId: string, response: Response) => void;
  readonly findImmutable: FindImmutable;
  readonly holdTag: HoldTag;
  readonly moveToTrash: MoveToTrash;
  readonly isInTrash: IsInTrash;
  /** A manifest was read, or asked for: at once, and in memory. */
  readonly notePull: (pull: {
    readonly registryId: string;
    readonly repository: string;
    readonly digest: string;
  }) => void;
  /** Called when the registry has said yes; must not fail and is not waited for. */
  readonly noteManifest: (change: ManifestChange) => void;
  readonly recordAudit: RecordAudit;
  /** Calls back whenever rights may have changed anywhere. */
  readonly onAccessChanged: (listener: () => void) => void;
  readonly publicOriginOf: (request: Request) => PublicOrigin;
  /** Of the installation; keys are derived from it. */
  readonly secret: string;
  /** Proves that a question comes from the proxy in front; null where there is none that asks. */
  readonly proxyKey: string | null;
  readonly userAgent: string;
  /** How long a registry may say nothing. */
  readonly silence?: Silence;
  readonly clock: { now(): Date };
  readonly logger: Logger;
  readonly metrics: Metrics;
}
