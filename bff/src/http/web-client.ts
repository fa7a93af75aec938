import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { nonceOf } from './security-headers.ts';

const compressBrotli = promisify(brotliCompress);
const compressGzip = promisify(gzip);
const compressible = /\.(?:js|css|svg|json|txt|map|webmanifest)$/;
const oneYear = 'public, max-age=31536000, immutable';

/** The built single-page application: hashed files for ever, the page itself anew each time and with a nonce of its own. */
export function webClient(directory: string): Router {
  const router = Router();
  const pageFile = path.join(directory, 'index.html');
  const page = existsSync(pageFile) ? readFileSync(pageFile, 'utf8') : null;
  router.use('/assets', compressedAssets(path.join(directory, 'assets')));
  router.use('/assets', express.static(path.join(directory, 'assets'), { index: false, setHeaders: cacheForEver }));
  const otherFiles = express.static(directory, { index: false, maxAge: '1h' });
  router.use((request, response, next) => {
    // The page has a nonce to be filled in; it must not leave as a mere file, however its name is spelt.
    if (isPlainPath.test(request.path) && !request.path.endsWith('.html')) otherFiles(request, response, next);
    else next();
  });
  router.get('/{*path}', (request, response, next) => {
    // A file that is not there is not a page: scripts of an older build must fail as such. A tag in an address may end
    // like a file's name (`/projects/payments/artifacts/api/2.7.3`); then it counts that a person's browser asks.
    const looksLikeFile = path.extname(request.path) !== '' && request.get('accept')?.includes('text/html') !== true;
    if (page === null || looksLikeFile || request.path.startsWith('/assets/')) {
      next();
      return;
    }
    sendPage(page, response);
  });
  return router;
}

const isPlainPath = /^(?:\/[\w-][\w.-]*)+$/;

function sendPage(page: string, response: Response): void {
  response
    .setHeader('cache-control', 'no-store')
    .type('html')
    .send(page.replaceAll('__CSP_NONCE__', nonceOf(response)));
}

function cacheForEver(response: { setHeader(name: string, value: string): unknown }): void {
  response.setHeader('cache-control', oneYear);
}

type Encoding = 'br' | 'gzip';

/** Hashed files never change, so that each is compressed once, when it is first asked for, and kept: about a megabyte. */
function compressedAssets(directory: string): RequestHandler {
  const kept = new Map<string, Promise<Buffer | null>>();
  const compressed = (name: string, encoding: Encoding): Promise<Buffer | null> => {
    const key = `${encoding} ${name}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = compressFile(path.join(directory, name), encoding);
    kept.set(key, made);
    // A name that is not there must not take room: anybody can ask for any number of them.
    void made.then((content) => content === null && kept.delete(key));
    return made;
  };
  return async (request, response, next) => {
    const name = request.path.slice(1);
    const encoding = acceptedEncoding(request);
    const isPlainName = /^[\w.-]+$/.test(name) && !name.startsWith('.');
    if (encoding === null || !isPlainName || !compressible.test(name) || request.method !== 'GET') {
      next();
      return;
    }
    const content = await compressed(name, encoding);
    if (content === null) {
      next();
      return;
    }
    cacheForEver(response);
    response.vary('accept-encoding').setHeader('content-encoding', encoding).type(path.extname(name)).send(content);
  };
}

function acceptedEncoding(request: Request): Encoding | null {
  const accepted = request.acceptsEncodings('br', 'gzip');
  return accepted === 'br' || accepted === 'gzip' ? accepted : null;
}

async function compressFile(file: string, encoding: Encoding): Promise<Buffer | null> {
  const content = await readFile(file).catch(() => null);
  if (content === null) return null;
  if (encoding === 'gzip') return compressGzip(content, { level: 9 });
  return compressBrotli(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
}
