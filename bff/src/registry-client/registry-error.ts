/** Causes, stable: the client of the API translates them. */
export const registryErrorCodes = [
  'connection-refused',
  'connection-lost',
  'unreachable',
  'name-not-resolved',
  'certificate-untrusted',
  'timeout',
  'too-slow',
  'unauthorized',
  'forbidden',
  'not-found',
  'not-a-registry',
  'own-front-door',
  'rate-limited',
  'server-error',
  'unavailable',
  'disk-full',
  'read-only',
  'digest-mismatch',
  'manifest-too-large',
  'manifest-invalid',
  'manifest-incomplete',
  'sparse-index-refused',
  'no-wanted-platform',
  'answer-too-large',
  'answer-invalid',
  'redirect-refused',
  'token-realm-refused',
  'token-not-made',
  'unsupported',
  'truncated',
  'no-longer-owner',
  'aborted',
] as const;
export type RegistryErrorCode = (typeof registryErrorCodes)[number];

export type Side = 'source' | 'destination';

export interface RegistryErrorFields {
  readonly code: RegistryErrorCode;
  /** One English sentence for people: who, what, what to do. */
  readonly sentence: string;
  /** What the sentence was made of, for translation. */
  readonly params: Readonly<Record<string, string>>;
  /** Such as `get-manifest`. */
  readonly operation: string;
  /** `host[:port]` without credentials, path or query. */
  readonly host: string;
  readonly status?: number | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly code: RegistryErrorCode;
  readonly sentence: string;
  readonly params: Readonly<Record<string, string>>;
  readonly operation: string;
  readonly host: string;
  readonly status: number | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /** Set by the replication engine, which knows the roles. */
  side: Side | undefined;

  constructor(fields: RegistryErrorFields) {
    super(fields.sentence, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = fields.code;
    this.sentence = fields.sentence;
    this.params = fields.params;
    this.operation = fields.operation;
    this.host = fields.host;
    this.status = fields.status;
    this.retryable = fields.retryable;
    this.retryAfterMs = fields.retryAfterMs;
  }
}

export function isRegistryError(error: unknown, code?: RegistryErrorCode): error is RegistryError {
  return error instanceof RegistryError && (code === undefined || error.code === code);
}
