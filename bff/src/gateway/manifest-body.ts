import type { IncomingMessage } from 'node:http';
import { createHash } from 'node:crypto';
import { manifestMaxBytes } from '../registry-client/index.ts';
import { OciError } from './oci-error.ts';

export interface ManifestBody {
  readonly bytes: Buffer;
  readonly digest: string;
}

/**
 * A manifest is read whole before anything is decided: its digest is what an immutable tag is compared with. It is the one
 * body that is, and it is small.
 * @throws OciError
 */
export async function readManifest(request: IncomingMessage, reference: string): Promise<ManifestBody> {
  if (Number(request.headers['content-length'] ?? 0) > manifestMaxBytes) throw tooLarge();
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    sizeBytes += piece.length;
    if (sizeBytes > manifestMaxBytes) throw tooLarge();
    pieces.push(piece);
  }
  const bytes = Buffer.concat(pieces, sizeBytes);
  refuseTwoFaced(bytes);
  const [algorithm = 'sha256', named = ''] = reference.includes(':') ? reference.split(':') : [];
  const isKnown = algorithm === 'sha256' || algorithm === 'sha512';
  if (!isKnown) throw new OciError(400, 'DIGEST_INVALID', 'Only sha256 and sha512 name manifests here.');
  const hex = createHash(algorithm).update(bytes).digest('hex');
  if (named !== '' && named !== hex) {
    throw new OciError(400, 'DIGEST_INVALID', 'The manifest has another digest than the one it is pushed under.');
  }
  return { bytes, digest: `${algorithm}:${hex}` };
}

/** What one reader takes for an image and another for an index: GHSA-77vh-xpmg-72qh of the image specification. */
function refuseTwoFaced(bytes: Buffer): void {
  let document: unknown;
  try {
    document = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new OciError(400, 'MANIFEST_INVALID', 'The manifest is not JSON.');
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new OciError(400, 'MANIFEST_INVALID', 'The manifest is not a JSON object.');
  }
  if ('manifests' in document && ('layers' in document || 'config' in document)) {
    throw new OciError(400, 'MANIFEST_INVALID', 'The manifest is an index and an image at once; it is refused.');
  }
}

function tooLarge(): OciError {
  return new OciError(413, 'SIZE_INVALID', 'A manifest has at most 4 MiB.');
}
