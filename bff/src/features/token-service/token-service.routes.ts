import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express';
import { PasswordsBusyError, TooManyAttemptsError } from '../session/session.service.ts';
import { frontDoor, type TokenService, TooManyScopesError, UnknownServiceError } from './token-service.service.ts';

/**
 * `GET` and `POST /service/token`, outside the API: registries' clients come here, without session and cookies.
 * https://distribution.github.io/distribution/spec/auth/token/ and https://distribution.github.io/distribution/spec/auth/oauth/
 */
export function tokenServiceRoutes(tokens: TokenService): Router {
  const router = Router();
  const form = express.text({ type: 'application/x-www-form-urlencoded', limit: '64kb' });
  router
    .route('/service/token')
    .all(noStore)
    .get((request, response) => answerGet(tokens, request, response))
    .post(form, (request, response) => answerPost(tokens, request, response))
    .all((_request, response) => {
      response.setHeader('allow', 'GET, HEAD, POST');
      refuse(response, 405, ['invalid_request', 'UNSUPPORTED', 'Tokens are asked for by GET or POST.']);
    });
  // Public: a registry, or whoever sets one up, fetches them. After a rotation they must not be old ones.
  router.get('/service/token/jwks.json', noStore, async (_request, response) => {
    response.type('application/jwk-set+json').send(JSON.stringify((await tokens.trust()).jwks));
  });
  router.get('/service/token/certificate.pem', noStore, async (_request, response) => {
    response.type('application/x-pem-file').send((await tokens.trust()).certificatePem);
  });
  router.use('/service/token', refuseBadBody);
  return router;
}

async function answerGet(tokens: TokenService, request: Request, response: Response): Promise<void> {
  const { originalUrl } = request;
  const mark = originalUrl.indexOf('?');
  const query = new URLSearchParams(mark === -1 ? '' : originalUrl.slice(mark + 1));
  const authorization = request.get('authorization');
  const credential = authorization === undefined ? null : basicOf(authorization);
  if (credential === undefined) {
    refuseCredentials(response);
    return;
  }
  const asked = { service: query.get('service') ?? frontDoor, scopes: query.getAll('scope') };
  await answer(tokens, request, response, credential, asked);
}

async function answerPost(tokens: TokenService, request: Request, response: Response): Promise<void> {
  const body: unknown = request.body;
  if (typeof body !== 'string') {
    const sentence = 'Send the parameters as application/x-www-form-urlencoded.';
    refuse(response, 415, ['invalid_request', 'UNSUPPORTED', sentence]);
    return;
  }
  const form = new URLSearchParams(body);
  const grantType = form.get('grant_type');
  if (grantType !== 'password') {
    const sentence = 'Only grant_type=password is served: this token service gives no refresh tokens.';
    refuse(response, 400, [grantType === null ? 'invalid_request' : 'unsupported_grant_type', 'UNSUPPORTED', sentence]);
    return;
  }
  const username = form.get('username');
  const password = form.get('password');
  if (username === null || password === null) {
    refuse(response, 400, ['invalid_request', 'UNSUPPORTED', 'The grant needs username and password.']);
    return;
  }
  const asked = { service: form.get('service') ?? frontDoor, scopes: form.getAll('scope') };
  await answer(tokens, request, response, { username, password }, asked);
}

interface Credential {
  readonly username: string;
  readonly password: string;
}

async function answer(
  tokens: TokenService,
  request: Request,
  response: Response,
  credential: Credential | null,
  asked: { readonly service: string; readonly scopes: readonly string[] },
): Promise<void> {
  const address = request.ip ?? 'unknown';
  try {
    const subject =
      credential === null
        ? await tokens.anonymous()
        : await tokens.authenticate(credential.username, credential.password, address);
    if (subject === undefined) {
      refuseCredentials(response);
      return;
    }
    const { token, issuedAt, expiresInSeconds } = await tokens.issue({ ...asked, subject, address });
    sendUncached(response, {
      token,
      access_token: token,
      expires_in: expiresInSeconds,
      issued_at: issuedAt.toISOString(),
    });
  } catch (error) {
    if (!refuseKnown(response, error)) throw error;
  }
}

/** As `response.json` would, without a hash of what nobody may keep, and head and body in one write. */
function sendUncached(response: Response, content: object): void {
  const body = JSON.stringify(content);
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(body));
  response.end(body);
}

/** Undefined where it is no Basic credential. https://www.rfc-editor.org/rfc/rfc7617 */
function basicOf(authorization: string): Credential | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(authorization) ?? [];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon === -1 ? undefined : { username: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

function refuseCredentials(response: Response): void {
  response.setHeader('www-authenticate', 'Basic realm="Longshore", charset="UTF-8"');
  refuse(response, 401, ['invalid_grant', 'UNAUTHORIZED', 'Wrong username or password.']);
}

function refuseKnown(response: Response, error: unknown): boolean {
  if (error instanceof PasswordsBusyError) {
    response.setHeader('retry-after', String(error.retryAfterSeconds));
    refuse(response, 429, ['temporarily_unavailable', 'TOOMANYREQUESTS', error.message]);
    return true;
  }
  if (error instanceof TooManyAttemptsError) {
    const { retryAfterSeconds } = error;
    const minutes = Math.ceil(retryAfterSeconds / 60);
    response.setHeader('retry-after', String(retryAfterSeconds));
    const sentence = `Too many wrong passwords. The next attempt is looked at in ${minutes} minute${minutes === 1 ? '' : 's'}.`;
    refuse(response, 429, ['temporarily_unavailable', 'TOOMANYREQUESTS', sentence]);
    return true;
  }
  if (error instanceof TooManyScopesError) {
    refuse(response, 400, ['invalid_scope', 'UNSUPPORTED', error.message]);
    return true;
  }
  if (error instanceof UnknownServiceError) {
    refuse(response, 400, ['invalid_request', 'UNSUPPORTED', 'This token service does not serve that service.']);
    return true;
  }
  return false;
}

/** In the words of OAuth and in those of registries: of the clients some read the one, some the other. */
function refuse(response: Response, status: number, [error, code, message]: [string, string, string]): void {
  response.status(status).json({ error, error_description: message, errors: [{ code, message, detail: null }] });
}

const noStore: RequestHandler = (_request, response, next) => {
  response.setHeader('cache-control', 'no-store');
  next();
};

/** What the body parser refuses; anything else is for the one error responder. */
const refuseBadBody: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  const { type, status } = error as { type?: unknown; status?: unknown };
  if (typeof type !== 'string' || typeof status !== 'number' || response.headersSent) {
    next(error);
    return;
  }
  const sentence = type === 'entity.too.large' ? 'The form is larger than 64 kB.' : 'The form cannot be read.';
  refuse(response, status, ['invalid_request', 'UNSUPPORTED', sentence]);
};
