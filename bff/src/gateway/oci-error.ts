import type { ServerResponse } from 'node:http';

/** https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes, and those Distribution adds. */
export type OciErrorCode =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DENIED'
  | 'DIGEST_INVALID'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'PAGINATION_NUMBER_INVALID'
  | 'SIZE_INVALID'
  | 'TAG_INVALID'
  | 'TOOMANYREQUESTS'
  | 'UNAUTHORIZED'
  | 'UNAVAILABLE'
  | 'UNKNOWN'
  | 'UNSUPPORTED';

/** An answer in the form that `docker` and its like print. */
export class OciError extends Error {
  override readonly name = 'OciError';
  readonly status: number;
  readonly code: OciErrorCode;
  readonly detail: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: OciErrorCode,
    sentence: string,
    extra: { readonly detail?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(sentence);
    this.status = status;
    this.code = code;
    this.detail = extra.detail ?? null;
    this.headers = extra.headers ?? {};
  }
}

/** How long a client may go on sending what nobody reads any more before its connection is cut. */
const unreadBodyMs = 3000;

export function sendOciError(response: ServerResponse, error: OciError): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, code, message, detail, headers } = error;
  const body = Buffer.from(JSON.stringify({ errors: [{ code, message, detail }] }));
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(body);
  const { req: request } = response;
  if (request.complete) return;
  const cut = setTimeout(() => {
    if (!request.complete) request.destroy();
  }, unreadBodyMs).unref();
  request.once('close', () => clearTimeout(cut));
}
