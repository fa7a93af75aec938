import type {
  CapabilityReasonCode,
  CapabilityResult,
  Ping,
  RegistryCapabilities,
  RequestOptions,
} from './client-types.ts';
import type { Listings } from './listings.ts';
import type { Referrers } from './referrers.ts';
import { mediaTypes } from './media-types.ts';
import { isRepositoryName } from './reference.ts';
import type { RegistryError } from './registry-error.ts';
import { isRegistryError } from './registry-error.ts';
import type { Call, Transport } from './transport.ts';

// Nobody has this repository; nothing is ever written to it.
const nowhere = 'longshore-probe/nothing-here';
const noDigest = `sha256:${'0'.repeat(64)}`;

interface Parts {
  readonly name: string;
  readonly transport: Transport;
  readonly listings: Listings;
  readonly referrers: Referrers;
  readonly ping: (options: RequestOptions) => Promise<Ping>;
}

/** Asks for impossible things: the way they are refused says what would be possible. Nothing is changed. */
export async function probeRegistry(
  parts: Parts,
  options: RequestOptions & { readonly knownRepository?: string },
): Promise<RegistryCapabilities> {
  const { apiVersion } = await parts.ping(options);
  const { signal } = options;
  const catalog = await probeCatalog(parts, signal);
  const repository = options.knownRepository ?? catalog.sample ?? nowhere;
  const push = await probePush(parts, signal);
  return {
    apiVersion,
    catalog: catalog.result,
    deleteByDigest: await probeDelete(parts, noDigest, signal),
    deleteByTag: await probeDelete(parts, 'longshore-probe', signal),
    referrers: await probeReferrers(parts, repository, signal),
    // Every registry that says this version mounts, or falls back to an upload by itself.
    mount: push.state === 'yes' && apiVersion === undefined ? inconclusive(parts.name) : push,
    push,
  };
}

async function probeCatalog(
  { name, listings }: Parts,
  signal: AbortSignal | undefined,
): Promise<{ result: CapabilityResult; sample?: string | undefined }> {
  try {
    for await (const page of listings.repositories({ signal }))
      return { result: { state: 'yes' }, sample: page.find(isRepositoryName) };
    return { result: { state: 'yes' } };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal.code === 'forbidden' || refusal.code === 'unauthorized') {
      return {
        result: missing(
          'catalog-forbidden',
          `${name} does not let this account list its repositories: name them in the configuration, or allow registry:catalog:*.`,
          name,
        ),
      };
    }
    if (refusal.status !== undefined && refusal.status < 500) {
      return {
        result: missing(
          'catalog-disabled',
          `${name} does not list its repositories: new ones are learned from notifications and copies only.`,
          name,
        ),
      };
    }
    return { result: failed(name, refusal) };
  }
}

/** 405 comes before any look at the manifest; 404, or 400 for the form of the reference, only where deletion is on. */
async function probeDelete(
  { name, transport }: Parts,
  reference: string,
  signal: AbortSignal | undefined,
): Promise<CapabilityResult> {
  const isTag = !reference.includes(':');
  const call: Call = {
    operation: 'probe-delete',
    method: 'DELETE',
    path: `${nowhere}/manifests/${reference}`,
    repository: nowhere,
    scopes: [`repository:${nowhere}:pull,delete`],
    signal,
    expect: [202, 400, 403, 404, 405],
  };
  try {
    const { status, bytes } = await transport.receive(call);
    if (status === 405) {
      const isReadOnly = !bytes.toString('utf8').includes('UNSUPPORTED');
      if (isReadOnly) return missing('registry-read-only', `${name} is read-only at present.`, name);
      return missing(
        'deletion-disabled',
        `${name} does not allow deletion: set storage.delete.enabled to true in its configuration and restart it.`,
        name,
      );
    }
    if (status === 403) return missing('delete-forbidden', `${name} does not let this account delete.`, name);
    if (status === 400 && isTag) {
      return missing(
        'delete-by-tag-unsupported',
        `${name} deletes by digest only: to remove one tag of several, it must first be pointed at a throwaway manifest.`,
        name,
      );
    }
    return status === 400 ? inconclusive(name) : { state: 'yes' };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal.code === 'forbidden')
      return missing('delete-forbidden', `${name} does not let this account delete.`, name);
    return failed(name, refusal);
  }
}

/** An empty manifest: refused as invalid where pushing is possible at all, and before anything is written. */
async function probePush({ name, transport }: Parts, signal: AbortSignal | undefined): Promise<CapabilityResult> {
  const call: Call = {
    operation: 'probe-push',
    method: 'PUT',
    path: `${nowhere}/manifests/longshore-probe`,
    repository: nowhere,
    scopes: [`repository:${nowhere}:pull,push`],
    headers: { 'content-type': mediaTypes.ociManifest, 'content-length': '0' },
    body: new Uint8Array(0),
    signal,
    expect: [400, 403, 404, 405, 422],
  };
  try {
    const { status } = await transport.receive(call);
    if (status === 405)
      return missing('registry-read-only', `${name} is read-only at present: nothing can be copied to it.`, name);
    if (status === 403) return missing('push-forbidden', `${name} does not let this account push.`, name);
    return { state: 'yes' };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal.code === 'forbidden') return missing('push-forbidden', `${name} does not let this account push.`, name);
    return failed(name, refusal);
  }
}

async function probeReferrers(
  { name, referrers }: Parts,
  repository: string,
  signal: AbortSignal | undefined,
): Promise<CapabilityResult> {
  try {
    const hasApi = await referrers.probe(repository, signal);
    if (hasApi === true) return { state: 'yes' };
    if (hasApi === undefined) return inconclusive(name);
    return missing(
      'referrers-unsupported',
      `${name} has no referrers API: signatures and SBOMs are kept under fallback tags.`,
      name,
    );
  } catch (error) {
    return failed(name, refusalOf(error));
  }
}

function missing(code: CapabilityReasonCode, sentence: string, name: string): CapabilityResult {
  return { state: 'no', reason: { code, sentence, params: { registry: name } } };
}

function inconclusive(name: string): CapabilityResult {
  return {
    state: 'unknown',
    reason: {
      code: 'probe-inconclusive',
      sentence: `${name} does not tell; it will show at the first use.`,
      params: { registry: name },
    },
  };
}

function failed(name: string, error: RegistryError): CapabilityResult {
  const params = { registry: name, cause: error.code };
  return {
    state: 'unknown',
    reason: { code: 'probe-failed', sentence: `The question failed: ${error.sentence}`, params },
  };
}

function refusalOf(error: unknown): RegistryError {
  if (isRegistryError(error) && error.code !== 'aborted') return error;
  throw error;
}
