import type { ConfigSecret } from './config-secret.ts';

export type { ConfigSecret } from './config-secret.ts';

/** A registry that the file or the environment describes; read-only in the console. */
export interface ConfiguredRegistry {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly position: number;
  readonly endpointUrls: readonly string[];
  readonly username: string | null;
  readonly password: ConfigSecret | null;
  readonly caPem: string | null;
  readonly notificationSecret: ConfigSecret | null;
  /** It is configured to trust the tokens of this console: instead of a username and password. */
  readonly trustsLongshore: boolean;
  /** `host[:port]`, as `URL.host` says it, of the stores that blobs may be redirected to. */
  readonly redirectHosts: readonly string[];
}

/** An argument list each, run as it is: the only commands that the console ever runs. */
export interface CollectionCommands {
  readonly registryId: string;
  /** Prints what `collect` would delete, as Distribution's `garbage-collect --dry-run` does. */
  readonly dryRun: readonly string[];
  readonly collect: readonly string[];
  readonly restart: readonly string[];
  /** Prints how many bytes the registry's storage takes; null: not known. */
  readonly measure: readonly string[] | null;
}

/** Everything that can be set, checked once at the start and frozen. */
export interface Config {
  readonly server: {
    readonly host: string;
    /** 0 lets the system choose. */
    readonly port: number;
    /** Origin under which people reach the console, without a trailing slash; null: what the server listens on. */
    readonly publicUrl: string | null;
    /** Addresses, subnets or `loopback`, `linklocal`, `uniquelocal` whose X-Forwarded-* headers are believed. */
    readonly trustedProxies: readonly string[];
    /** The built web client; null serves the API alone. */
    readonly webDirectory: string | null;
  };
  /** An embedded database lives in `folder`, or in memory when that is null. */
  readonly database:
    | { readonly kind: 'embedded'; readonly folder: string | null }
    | { readonly kind: 'postgres'; readonly url: ConfigSecret };
  /** Sessions and limits in Redis instead of the database; null: in the database. */
  readonly redis: { readonly url: ConfigSecret } | null;
  readonly dataDirectory: string;
  readonly secrets: {
    /** 32 bytes, base64: what credentials in the database are sealed with. */
    readonly encryptionKey: ConfigSecret;
    /** Signs session cookies. */
    readonly session: ConfigSecret;
    /** What the nginx in front proves itself with when it asks for decisions; null: nobody may ask. */
    readonly proxyKey: ConfigSecret | null;
  };
  readonly admin: {
    /** For the administrator of a first start; null: generated and shown once. */
    readonly password: ConfigSecret | null;
  };
  readonly registries: readonly ConfiguredRegistry[];
  readonly collections: {
    readonly commands: readonly CollectionCommands[];
    readonly environment: Readonly<Record<string, string>>;
  };
  readonly replication: {
    /** How long copies stay that have ended, with their tasks and logs. */
    readonly forgetAfterDays: number;
  };
  readonly storage: {
    /** How long a manifest stays that no tag reaches: a push names its parts before it is tagged. */
    readonly untaggedAfterHours: number;
  };
  readonly network: {
    /** Lower-case `host` or `host:port` of registries at private, loopback or link-local addresses that may be added. */
    readonly allowedRegistryHosts: readonly string[];
    /** The same of webhooks that may go where no webhook goes otherwise: this machine, link-local addresses. */
    readonly allowedWebhookHosts: readonly string[];
    readonly webhooksToPrivateNetworks: boolean;
  };
  /** The mail server that notices go over; null: none. Its address may hold a password. */
  readonly mail: { readonly url: ConfigSecret; readonly from: string } | null;
  readonly notices: {
    /** So long copies wait for a registry before it is told. */
    readonly outageAfterMinutes: number;
  };
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent' };
}
