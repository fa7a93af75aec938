import { setTimeout as sleep } from 'node:timers/promises';
import { Blobs } from './blobs.ts';
import type {
  Clock,
  EndpointCheck,
  Ping,
  RegistryClient,
  RegistryClientOptions,
  RegistryLoad,
  RequestOptions,
} from './client-types.ts';
import { defaultTimeouts, Endpoint } from './endpoint.ts';
import { registryError } from './error-sentences.ts';
import { Forwarding } from './forwarding.ts';
import { Listings } from './listings.ts';
import { Manifests, refuseWebPage } from './manifests.ts';
import { probeRegistry } from './probe.ts';
import { Referrers } from './referrers.ts';
import { isRegistryError } from './registry-error.ts';
import { SharedTags } from './shared-tags.ts';
import { TokenAuthenticator } from './token-authenticator.ts';
import { Transport } from './transport.ts';

const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (durationMs, signal) => sleep(durationMs, undefined, signal === undefined ? {} : { signal }),
};

// Eight leave a registry waiting for us between small blobs; more than this do not make it faster: its disk and its hashing are the bound.
const defaultSlots = 12;

/** @throws TypeError for an endpoint that is no http(s) URL or carries credentials */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const { transport, forwarding } = createTransport(options);
  const { name } = options;
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const clock = options.clock ?? systemClock;
  const manifests = new Manifests(transport);
  const blobs = new Blobs(name, transport, timeouts);
  const listings = new Listings(transport);
  const sharedTags = new SharedTags((repository) => listings.tags(repository));
  const referrers = new Referrers(name, listings, manifests, sharedTags);
  const ping = (requestOptions: RequestOptions = {}): Promise<Ping> =>
    pingEndpoint(transport, clock, undefined, requestOptions);
  const parts = { name, transport, listings, referrers, ping };
  return {
    name,
    host: transport.endpoints[0]?.host ?? '',
    ping,
    checkEndpoints: (requestOptions = {}) => checkEndpoints(transport, clock, requestOptions),
    endpointStates: () => transport.endpoints.map((endpoint) => endpoint.state),
    probe: (probeOptions = {}) => probeRegistry(parts, probeOptions),
    listRepositories: (requestOptions) => listings.repositories(requestOptions),
    listTags: (repository, requestOptions) => listings.tags(repository, requestOptions),
    hasTagSince: (repository, tag, sinceMs) => sharedTags.has(repository, tag, sinceMs),
    headManifest: (repository, reference, requestOptions) => manifests.head(repository, reference, requestOptions),
    getManifest: (repository, reference, requestOptions) => manifests.get(repository, reference, requestOptions),
    putManifest: (repository, reference, manifest, requestOptions) =>
      manifests.put(repository, reference, manifest, requestOptions),
    deleteManifest: (repository, reference, requestOptions) => manifests.delete(repository, reference, requestOptions),
    hasRepository: (repository, requestOptions) => listings.hasRepository(repository, requestOptions),
    hasBlob: (repository, digest, requestOptions) => blobs.has(repository, digest, requestOptions),
    getBlob: (repository, digest, blobOptions) => blobs.getBlob(repository, digest, blobOptions),
    readBlob: (repository, digest, readOptions) => blobs.read(repository, digest, readOptions),
    mountBlob: (repository, digest, from, requestOptions) => blobs.mount(repository, digest, from, requestOptions),
    pushBlob: (repository, blob, open, pushOptions) => blobs.push(repository, blob, open, pushOptions),
    verifiesUploads: (repository) => blobs.verifiesUploads(repository),
    sightBlob: (repository, digest, requestOptions) => blobs.sight(repository, digest, requestOptions),
    deleteBlob: (repository, digest, requestOptions) => blobs.delete(repository, digest, requestOptions),
    listReferrers: (repository, digest, listOptions) => referrers.list(repository, digest, listOptions),
    pushReferrerFallback: (repository, digest, descriptors, requestOptions) =>
      referrers.mergeFallback(repository, digest, descriptors, requestOptions),
    load: () => loadOf(transport.endpoints),
    forwardingEndpoints: () => transport.inOrder().map((endpoint) => forwarding.of(endpoint)),
    allowedRedirectHosts: options.allowedRedirectHosts ?? [],
    close: () => transport.close(),
  };
}

function createTransport(options: RegistryClientOptions): { transport: Transport; forwarding: Forwarding } {
  const { name, credential, caPem, userAgent, ownMark } = options;
  const clock = options.clock ?? systemClock;
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const endpoints = options.endpoints.map(
    ({ url }) =>
      new Endpoint(url, {
        caPem,
        timeouts,
        slots: options.slotsPerEndpoint ?? defaultSlots,
        clock,
        random: options.random ?? Math.random,
        onState: options.onEndpointState ?? (() => undefined),
      }),
  );
  if (endpoints.length === 0) throw new TypeError('A registry needs at least one endpoint.');
  const authenticator: TokenAuthenticator = new TokenAuthenticator({
    name,
    credential,
    userAgent,
    ownOrigins: endpoints.map((endpoint) => endpoint.url.origin),
    allowedRealms: options.allowedTokenRealms ?? [],
    poolFor: (origin) => transport.poolFor(origin),
    mintToken: options.mintToken,
    clock,
  });
  const transport: Transport = new Transport(endpoints, authenticator, {
    name,
    hasCredential: credential !== undefined || options.mintToken !== undefined,
    userAgent,
    ownMark,
    caPem,
    timeouts,
    clock,
    allowedRedirectHosts: options.allowedRedirectHosts ?? [],
    onRequest: options.onRequest ?? (() => undefined),
  });
  const forwarding = new Forwarding({
    authenticator,
    occasionAt: ({ host }) => ({
      name,
      host,
      operation: 'forward',
      method: 'GET',
      hasCredential: credential !== undefined,
    }),
    ping: (endpoint) => pingEndpoint(transport, clock, endpoint, {}),
    caPem,
  });
  return { transport, forwarding };
}

function loadOf(endpoints: readonly Endpoint[]): RegistryLoad {
  const sum = (of: (endpoint: Endpoint) => number) => endpoints.reduce((total, endpoint) => total + of(endpoint), 0);
  return {
    reading: sum(({ slots }) => slots.busy('read')),
    writing: sum(({ slots }) => slots.busy('write')),
    slots: sum(({ slots }) => slots.perLane),
    // As long as one of them may be asked, the registry is not waited for.
    quietForMs: Math.min(...endpoints.map(({ quietForMs }) => quietForMs)),
  };
}

async function pingEndpoint(
  transport: Transport,
  clock: Clock,
  endpoint: Endpoint | undefined,
  { signal }: RequestOptions,
): Promise<Ping> {
  const startedMs = clock.now();
  const answer = await transport.receive(
    { operation: 'ping', method: 'GET', path: '', endpoint, scopes: [], signal, expect: [200, 404] },
    64 * 1024,
  );
  refuseWebPage(answer);
  const apiVersion = answer.header('docker-distribution-api-version');
  const isJson = /json/i.test(answer.header('content-type') ?? '');
  if (answer.status !== 200 || (apiVersion === undefined && !isJson && answer.bytes.length > 0)) {
    throw registryError(
      answer.occasion,
      'not-a-registry',
      `is no registry: it does not answer at ${answer.url.pathname}`,
      {
        status: answer.status,
      },
    );
  }
  return { apiVersion, latencyMs: clock.now() - startedMs };
}

function checkEndpoints(transport: Transport, clock: Clock, options: RequestOptions): Promise<EndpointCheck[]> {
  return Promise.all(
    transport.endpoints.map(async (endpoint) => {
      const startedMs = clock.now();
      const url = endpoint.url.href;
      try {
        const { apiVersion, latencyMs } = await pingEndpoint(transport, clock, endpoint, options);
        return { url, state: 'up' as const, latencyMs, apiVersion, error: undefined };
      } catch (error) {
        if (!isRegistryError(error)) throw error;
        return { url, state: 'down' as const, latencyMs: clock.now() - startedMs, apiVersion: undefined, error };
      }
    }),
  );
}
