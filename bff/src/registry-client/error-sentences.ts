import type { RegistryErrorCode } from './registry-error.ts';
import { RegistryError } from './registry-error.ts';

/** Of the request that failed. */
export interface Occasion {
  /** The registry as people call it. */
  readonly name: string;
  readonly host: string;
  readonly operation: string;
  readonly method: string;
  readonly repository?: string | undefined;
  readonly reference?: string | undefined;
  readonly hasCredential: boolean;
}

/** What may be better by itself some time later. */
export const passingCodes: readonly RegistryErrorCode[] = [
  'connection-refused',
  'connection-lost',
  'unreachable',
  'name-not-resolved',
  'timeout',
  'too-slow',
  'rate-limited',
  'server-error',
  'unavailable',
  'disk-full',
  'read-only',
  'truncated',
  'token-not-made',
];
/** Of those, what may take hours and does no harm to try again: it costs no attempt. */
export const patientCodes: ReadonlySet<RegistryErrorCode> = new Set([
  'connection-refused',
  'unreachable',
  'unavailable',
  'name-not-resolved',
  'read-only',
]);
const retryableStatuses: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

export interface Detail {
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
  readonly params?: Readonly<Record<string, string>>;
  readonly retryable?: boolean;
}

/** @param predicate what stands after the registry's name, without the full stop */
export function registryError(
  occasion: Occasion,
  code: RegistryErrorCode,
  predicate: string,
  detail: Detail = {},
): RegistryError {
  return new RegistryError({
    code,
    sentence: `${occasion.name} ${predicate}.`,
    params: {
      registry: occasion.name,
      host: occasion.host,
      ...(occasion.repository === undefined ? {} : { repository: occasion.repository }),
      ...(occasion.reference === undefined ? {} : { reference: occasion.reference }),
      ...(detail.status === undefined ? {} : { status: String(detail.status) }),
      ...detail.params,
    },
    operation: occasion.operation,
    host: occasion.host,
    status: detail.status,
    retryable: detail.retryable ?? passingCodes.includes(code),
    retryAfterMs: detail.retryAfterMs,
    cause: detail.cause,
  });
}

const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET)|ERR_TLS|ERR_SSL|EPROTO/;

/** For what undici and the socket throw. */
export function connectionError(error: unknown, occasion: Occasion): RegistryError {
  if (error instanceof RegistryError) return error;
  const code = codeOf(error);
  const detail = { cause: error };
  if (isAbort(error)) return stopped(occasion, error);
  if (code === 'ECONNREFUSED') return registryError(occasion, 'connection-refused', 'refused the connection', detail);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const predicate = `cannot be found: the name ${hostName(occasion.host)} does not resolve`;
    return registryError(occasion, 'name-not-resolved', predicate, detail);
  }
  if (/^(?:UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN)$/.test(code)) {
    return registryError(occasion, 'unreachable', 'cannot be reached: nothing answers at its address', detail);
  }
  // A signal of ours that ran out says so by its name, and its code is a number.
  if (code.includes('TIMEOUT') || (error instanceof Error && error.name === 'TimeoutError')) {
    return registryError(occasion, 'timeout', 'did not answer in time', detail);
  }
  if (certificateCodes.test(code)) return certificateError(code, occasion, detail);
  if (code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH') {
    return registryError(occasion, 'truncated', 'was sent fewer bytes than announced', detail);
  }
  if (code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return registryError(occasion, 'not-a-registry', 'does not speak HTTP as a registry does', detail);
  }
  return registryError(occasion, 'connection-lost', 'closed the connection before it had answered', detail);
}

export function stopped(occasion: Occasion, cause: unknown): RegistryError {
  return registryError(occasion, 'aborted', 'was not asked further: the work was stopped', { cause });
}

function certificateError(code: string, occasion: Occasion, detail: Detail): RegistryError {
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    const predicate = 'does not speak TLS at this address: check whether it is http or https';
    return registryError(occasion, 'certificate-untrusted', predicate, detail);
  }
  const predicate =
    code === 'CERT_HAS_EXPIRED'
      ? 'has a certificate that has expired'
      : code === 'ERR_TLS_CERT_ALTNAME_INVALID'
        ? `has a certificate for another name than ${hostName(occasion.host)}`
        : 'has a certificate that is not trusted: add its certificate authority to the registry';
  return registryError(occasion, 'certificate-untrusted', predicate, { ...detail, params: { certificate: code } });
}

export function isAbort(error: unknown): boolean {
  const name = error instanceof Error ? error.name : '';
  return name === 'AbortError' || codeOf(error) === 'UND_ERR_ABORTED' || codeOf(error) === 'ABORT_ERR';
}

/** The system's code; of the last of several tries where a name has several addresses. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0) return codeOf(error.errors.at(-1));
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? codeOf(error.cause) : '';
}

/** Distribution names the cause in words, or, from within its storage driver, by the system's number: ENOSPC, EDQUOT. */
const saysDiskFull = /no space left on device|disk quota exceeded|"Err":(?:28|122)\b/i;

/** For an answer whose status is not what the operation wants. `body` is the start of the answer. */
export function answerError(
  answer: { status: number; body: string; retryAfterMs?: number | undefined; isInsufficientScope?: boolean },
  occasion: Occasion,
): RegistryError {
  const { status, body } = answer;
  const detail = { status, retryAfterMs: answer.retryAfterMs, retryable: retryableStatuses.has(status) };
  const said = causeIn(body);
  if (status === 401 && answer.isInsufficientScope !== true) {
    const predicate = occasion.hasCredential
      ? 'refused the user name or password'
      : 'asks for a user name and password';
    return registryError(occasion, 'unauthorized', predicate, detail);
  }
  if (status === 401 || status === 403) {
    return registryError(occasion, 'forbidden', `does not allow this account to ${task(occasion)}`, detail);
  }
  if (status === 404) return registryError(occasion, 'not-found', `has no ${object(occasion)}`, detail);
  if (status === 405) return methodRefused(occasion, detail);
  if (status === 429) return registryError(occasion, 'rate-limited', 'asks to slow down', detail);
  if (status >= 500) return serverError(body, occasion, { ...detail, status, retryable: true });
  // Distribution says this beside DIGEST_INVALID of a part whose link it cannot read.
  if (blobUnknown.test(body) && occasion.operation === 'put-manifest') {
    const predicate = `misses parts of ${object(occasion)}${causeIn(body, blobUnknown)}`;
    return registryError(occasion, 'manifest-incomplete', predicate, detail);
  }
  if (/DIGEST_INVALID/.test(body) && /put|push/.test(occasion.operation)) {
    return registryError(occasion, 'digest-mismatch', 'received other bytes than the digest names', detail);
  }
  if (status >= 300 && status < 400) {
    return registryError(occasion, 'redirect-refused', `answered with a redirect that is not followed`, detail);
  }
  return registryError(occasion, 'unsupported', `refused to ${task(occasion)} with status ${status}${said}`, detail);
}

function serverError(body: string, occasion: Occasion, detail: Detail & { readonly status: number }): RegistryError {
  const { status } = detail;
  if (status === 507 || saysDiskFull.test(body)) {
    const predicate = 'has no space left on its disk: free some before copying there';
    return registryError(occasion, 'disk-full', predicate, detail);
  }
  const said = causeIn(body);
  // A proxy says so of a registry that is not there, and a registry of itself.
  if (status === 502 || status === 503) {
    return registryError(occasion, 'unavailable', `is not available (status ${status})${said}`, detail);
  }
  return registryError(occasion, 'server-error', `failed with status ${status}${said}`, detail);
}

function methodRefused(occasion: Occasion, detail: Detail): RegistryError {
  if (occasion.method === 'DELETE') {
    return registryError(occasion, 'unsupported', 'does not allow deletion: turn it on in its configuration', detail);
  }
  if (occasion.method === 'GET' || occasion.method === 'HEAD') {
    return registryError(occasion, 'unsupported', `does not offer to ${task(occasion)}`, detail);
  }
  return registryError(occasion, 'read-only', 'is read-only at present', { ...detail, retryable: true });
}

const blobUnknown = /BLOB_UNKNOWN/;

/** The message of the first error of an OCI error body that has such a code, as the registry's own words. */
function causeIn(body: string, wanted = /^/): string {
  try {
    const document = JSON.parse(body) as { errors?: { code?: unknown; message?: unknown }[] } | null;
    const first = document?.errors?.find(({ code }) => wanted.test(String(code)));
    if (typeof first?.message !== 'string') return '';
    // oxlint-disable-next-line no-control-regex -- a registry's words reach terminals and logs
    return ` (${first.message.replaceAll(/[\u0000-\u001f\u007f]/g, ' ').slice(0, 200)})`;
  } catch {
    return '';
  }
}

const tasks: Readonly<Record<string, string>> = {
  ping: 'sign in',
  'list-repositories': 'list its repositories',
  'list-tags': 'list tags of',
  'head-manifest': 'read',
  'get-manifest': 'read',
  'put-manifest': 'write to',
  'delete-manifest': 'delete from',
  'head-blob': 'read',
  'get-blob': 'read',
  'start-upload': 'write to',
  'put-blob': 'write to',
  'mount-blob': 'write to',
  'delete-blob': 'delete from',
  'list-referrers': 'list referrers in',
};

function task(occasion: Occasion): string {
  const words = tasks[occasion.operation] ?? 'do this in';
  if (occasion.repository !== undefined) return `${words} ${occasion.repository}`;
  return words.replace(/ (?:in|of|to|from)$/, '');
}

function object(occasion: Occasion): string {
  const { repository, reference } = occasion;
  if (repository === undefined) return 'such page: it may not be a registry';
  if (reference === undefined) return `repository ${repository}`;
  return reference.includes(':') ? `${repository}@${reference}` : `${repository}:${reference}`;
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, '');
}
