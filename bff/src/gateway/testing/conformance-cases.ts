import { createHash, randomBytes } from 'node:crypto';
import { mediaTypes } from '../../registry-client/index.ts';

/** A registry as a client sees it: the registry itself, or the front door before it. */
export interface Subject {
  readonly url: string;
  /** Of the repository that is worked in, and of another. */
  readonly name: string;
  readonly otherName: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** One case of the OCI distribution specification 1.1.1, by the section it is from. */
export interface ConformanceCase {
  readonly section: string;
  readonly what: string;
  /** @throws Error where the registry does otherwise */
  readonly run: (at: Session) => Promise<void>;
}

export class Session {
  readonly #subject: Subject;
  constructor(subject: Subject) {
    this.#subject = subject;
  }

  get name(): string {
    return this.#subject.name;
  }

  get otherName(): string {
    return this.#subject.otherName;
  }

  ask(method: string, path: string, init: { body?: Buffer; headers?: Record<string, string> } = {}): Promise<Response> {
    const { url, headers } = this.#subject;
    const target = new URL(path.startsWith('/') || path.includes('://') ? path : `/v2/${this.name}/${path}`, url);
    return fetch(target, {
      method,
      redirect: 'manual',
      headers: { accept: `${mediaTypes.ociManifest}, ${mediaTypes.ociIndex}`, ...headers, ...init.headers },
      ...(init.body === undefined ? {} : { body: new Uint8Array(init.body) }),
    });
  }

  async expect(status: number | readonly number[], answer: Promise<Response>): Promise<Response> {
    const response = await answer;
    const allowed = typeof status === 'number' ? [status] : status;
    if (!allowed.includes(response.status)) {
      throw new Error(
        `${response.status} instead of ${allowed.join(' or ')}: ${(await response.text()).slice(0, 300)}`,
      );
    }
    return response;
  }

  async open(): Promise<string> {
    return locationOf(await this.expect(202, this.ask('POST', 'blobs/uploads/')));
  }

  async pushBlob(bytes = randomBytes(2000)): Promise<{ digest: string; size: number; bytes: Buffer }> {
    const digest = digestOf(bytes);
    await this.expect(201, this.ask('PUT', withDigest(await this.open(), digest), { body: bytes, headers: octets }));
    return { digest, size: bytes.length, bytes };
  }

  async pushManifest(reference?: string, extra: object = {}): Promise<{ digest: string; bytes: Buffer }> {
    const config = await this.pushBlob(Buffer.from(JSON.stringify({ n: randomBytes(8).toString('hex') })));
    const layer = await this.pushBlob();
    const bytes = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.ociManifest,
        config: { mediaType: mediaTypes.ociConfig, digest: config.digest, size: config.size },
        layers: [{ mediaType: mediaTypes.ociLayer, digest: layer.digest, size: layer.size }],
        ...extra,
      }),
    );
    const digest = digestOf(bytes);
    await this.expect(201, this.putManifest(reference ?? digest, bytes));
    return { digest, bytes };
  }

  putManifest(reference: string, body: Buffer): Promise<Response> {
    return this.ask('PUT', `manifests/${reference}`, { body, headers: { 'content-type': mediaTypes.ociManifest } });
  }
}

export const octets = { 'content-type': 'application/octet-stream' };

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function withDigest(location: string, digest: string): string {
  return `${location}${location.includes('?') ? '&' : '?'}digest=${digest}`;
}

export function locationOf(response: Response): string {
  const location = response.headers.get('location');
  if (location === null || location === '') throw new Error('There is no Location.');
  return location;
}

export function same(what: string, found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`${what} is ${String(found)}, not ${String(expected)}`);
}

const unknown = `sha256:${'0'.repeat(64)}`;

async function errorCode(response: Response): Promise<string> {
  const { errors } = (await response.json()) as { errors?: { code?: string }[] };
  return errors?.[0]?.code ?? 'none';
}

export const pullCases: readonly ConformanceCase[] = [
  {
    section: 'Pull: pulling manifests',
    what: 'HEAD and GET by tag and by digest',
    run: async (at) => {
      const { digest, bytes } = await at.pushManifest('pull');
      for (const reference of ['pull', digest]) {
        const head = await at.expect(200, at.ask('HEAD', `manifests/${reference}`));
        same('the length', head.headers.get('content-length'), String(bytes.length));
        const got = await at.expect(200, at.ask('GET', `manifests/${reference}`));
        same('the digest', got.headers.get('docker-content-digest'), digest);
        same('the media type', got.headers.get('content-type'), mediaTypes.ociManifest);
        same('the bytes', digestOf(Buffer.from(await got.arrayBuffer())), digest);
      }
    },
  },
  {
    section: 'Pull: pulling manifests',
    what: '404 for what is not there',
    run: async (at) => {
      await at.expect(404, at.ask('HEAD', 'manifests/never-pushed'));
      const got = await at.expect(404, at.ask('GET', `manifests/${unknown}`));
      same('the code', await errorCode(got), 'MANIFEST_UNKNOWN');
    },
  },
  {
    section: 'Pull: pulling blobs',
    what: 'HEAD and GET, and 404 for what is not there',
    run: async (at) => {
      const { digest, size } = await at.pushBlob();
      const head = await at.expect(200, at.ask('HEAD', `blobs/${digest}`));
      same('the length', head.headers.get('content-length'), String(size));
      const got = await at.expect(200, at.ask('GET', `blobs/${digest}`));
      same('the bytes', digestOf(Buffer.from(await got.arrayBuffer())), digest);
      const missing = await at.expect(404, at.ask('GET', `blobs/${unknown}`));
      same('the code', await errorCode(missing), 'BLOB_UNKNOWN');
    },
  },
  {
    section: 'Pull: pulling blobs',
    what: 'a part of a blob by Range',
    run: async (at) => {
      const { digest, bytes } = await at.pushBlob();
      const got = await at.expect(206, at.ask('GET', `blobs/${digest}`, { headers: { range: 'bytes=100-199' } }));
      same('the part', Buffer.from(await got.arrayBuffer()).equals(bytes.subarray(100, 200)), true);
      await at.expect(416, at.ask('GET', `blobs/${digest}`, { headers: { range: 'bytes=99999-' } }));
    },
  },
];

export const pushCases: readonly ConformanceCase[] = [
  {
    section: 'Push: pushing a blob monolithically, POST then PUT',
    what: 'the blob is at its Location',
    run: async (at) => {
      const bytes = randomBytes(5000);
      const digest = digestOf(bytes);
      const put = at.ask('PUT', withDigest(await at.open(), digest), { body: bytes, headers: octets });
      await at.expect(200, at.ask('GET', locationOf(await at.expect(201, put))));
    },
  },
  {
    section: 'Push: pushing a blob monolithically, single POST',
    what: '201 or 202',
    run: async (at) => {
      const bytes = randomBytes(5000);
      const digest = digestOf(bytes);
      const posted = await at.expect(
        [201, 202],
        at.ask('POST', `blobs/uploads/?digest=${digest}`, { body: bytes, headers: octets }),
      );
      if (posted.status === 202) {
        await at.expect(201, at.ask('PUT', withDigest(locationOf(posted), digest), { body: bytes, headers: octets }));
      }
      await at.expect(200, at.ask('HEAD', `blobs/${digest}`));
    },
  },
  {
    section: 'Push: pushing a blob in chunks',
    what: 'two chunks, their state, and the end of it',
    run: async (at) => {
      const bytes = randomBytes(4000);
      const digest = digestOf(bytes);
      let location = await at.open();
      for (const [start, end] of [
        [0, 1999],
        [2000, 3999],
      ] as const) {
        const headers = { ...octets, 'content-range': `${start}-${end}` };
        const patched = await at.expect(
          202,
          at.ask('PATCH', location, { body: bytes.subarray(start, end + 1), headers }),
        );
        same('the range', patched.headers.get('range'), `0-${end}`);
        location = locationOf(patched);
        const state = await at.expect(204, at.ask('GET', location));
        same('the state', state.headers.get('range'), `0-${end}`);
      }
      await at.expect(201, at.ask('PUT', withDigest(location, digest)));
      const got = await at.expect(200, at.ask('GET', `blobs/${digest}`));
      same('the bytes', digestOf(Buffer.from(await got.arrayBuffer())), digest);
    },
  },
  {
    section: 'Push: pushing a blob in chunks',
    what: '416 for a chunk out of order',
    run: async (at) => {
      const headers = { ...octets, 'content-range': '2000-2999' };
      await at.expect(416, at.ask('PATCH', await at.open(), { body: randomBytes(1000), headers }));
    },
  },
  {
    section: 'Push: cancelling a blob upload',
    what: '204, and then there is none',
    run: async (at) => {
      const location = await at.open();
      await at.expect(204, at.ask('DELETE', location));
      await at.expect(404, at.ask('GET', location));
    },
  },
  {
    section: 'Push: pushing a blob',
    what: '400 for other bytes than the digest says',
    run: async (at) => {
      const put = at.ask('PUT', withDigest(await at.open(), unknown), { body: randomBytes(10), headers: octets });
      same('the code', await errorCode(await at.expect(400, put)), 'DIGEST_INVALID');
    },
  },
  {
    section: 'Push: mounting a blob from another repository',
    what: '201, or 202 and then an upload',
    run: async (at) => {
      const { digest } = await at.pushBlob();
      const query = `mount=${digest}&from=${encodeURIComponent(at.name)}`;
      const mounted = await at.expect([201, 202], at.ask('POST', `/v2/${at.otherName}/blobs/uploads/?${query}`));
      if (mounted.status === 201) await at.expect(200, at.ask('HEAD', `/v2/${at.otherName}/blobs/${digest}`));
      await at.expect(202, at.ask('POST', `/v2/${at.otherName}/blobs/uploads/?mount=${unknown}`));
    },
  },
  {
    section: 'Push: pushing manifests',
    what: 'by tag and by digest, at its Location',
    run: async (at) => {
      const { digest, bytes } = await at.pushManifest('push');
      const put = await at.expect(201, at.putManifest(digest, bytes));
      await at.expect(200, at.ask('GET', locationOf(put)));
      await at.expect(200, at.ask('HEAD', 'manifests/push'));
    },
  },
  {
    section: 'Push: pushing manifests',
    what: '400 or 404 for blobs that are not there, 400 for what is no manifest',
    run: async (at) => {
      const layers = [{ mediaType: mediaTypes.ociLayer, digest: unknown, size: 10 }];
      const { bytes } = await at.pushManifest();
      const broken = Buffer.from(JSON.stringify({ ...(JSON.parse(bytes.toString()) as object), layers }));
      await at.expect([400, 404], at.putManifest('broken', broken));
      same(
        'the code',
        await errorCode(await at.expect(400, at.putManifest('none', Buffer.from('{')))),
        'MANIFEST_INVALID',
      );
    },
  },
  {
    section: 'Push: pushing manifests',
    what: '413 beyond 4 MiB, which the registry should take up to there',
    run: async (at) => {
      await at.pushManifest('almost', { annotations: { filling: 'x'.repeat(4 * 1024 * 1024 - 2000) } });
      await at.expect(200, at.ask('HEAD', 'manifests/almost'));
    },
  },
];

export const discoveryCases: readonly ConformanceCase[] = [
  {
    section: 'Content discovery: listing tags',
    what: 'all of them, sorted',
    run: async (at) => {
      for (const tag of ['discover-b', 'discover-a', 'discover-c']) await at.pushManifest(tag);
      const { tags } = (await (await at.expect(200, at.ask('GET', 'tags/list'))).json()) as { tags: string[] };
      same('the tags', tags.filter((tag) => tag.startsWith('discover-')).join(), 'discover-a,discover-b,discover-c');
    },
  },
  {
    section: 'Content discovery: listing tags',
    what: 'n, last and Link',
    run: async (at) => {
      const first = await at.expect(200, at.ask('GET', 'tags/list?n=2'));
      const { tags } = (await first.json()) as { tags: string[] };
      same('the number', tags.length, 2);
      const after = await at.expect(200, at.ask('GET', `tags/list?n=1&last=${tags[0]}`));
      same('the next', ((await after.json()) as { tags: string[] }).tags[0], tags[1]);
      const link = /<([^>]*)>; *rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
      await at.expect(200, at.ask('GET', link));
    },
  },
  {
    section: 'Content discovery: listing referrers',
    what: 'an index, filtered by type',
    run: async (at) => {
      const image = await at.pushManifest('subject');
      const subject = { mediaType: mediaTypes.ociManifest, digest: image.digest, size: image.bytes.length };
      const referrer = await at.pushManifest(undefined, { subject, artifactType: 'application/vnd.test' });
      const listed = await at.expect(200, at.ask('GET', `referrers/${image.digest}`));
      const { manifests } = (await listed.json()) as { manifests: { digest: string }[] };
      same('the referrer', manifests[0]?.digest, referrer.digest);
      await at.expect(200, at.ask('GET', `referrers/${unknown}`));
    },
  },
];

export const managementCases: readonly ConformanceCase[] = [
  {
    section: 'Content management: deleting manifests',
    what: 'by digest, and then it is gone with its tag',
    run: async (at) => {
      const { digest } = await at.pushManifest('doomed');
      await at.expect(202, at.ask('DELETE', `manifests/${digest}`));
      await at.expect(404, at.ask('GET', `manifests/${digest}`));
      await at.expect(404, at.ask('HEAD', 'manifests/doomed'));
      await at.expect(404, at.ask('DELETE', `manifests/${digest}`));
    },
  },
  {
    section: 'Content management: deleting tags',
    what: 'the tag goes, its siblings stay',
    run: async (at) => {
      const { bytes } = await at.pushManifest('one-tag');
      await at.expect(201, at.putManifest('other-tag', bytes));
      await at.expect(202, at.ask('DELETE', 'manifests/one-tag'));
      await at.expect(404, at.ask('HEAD', 'manifests/one-tag'));
      await at.expect(200, at.ask('HEAD', 'manifests/other-tag'));
    },
  },
  {
    section: 'Content management: deleting blobs',
    what: 'by digest, and then it is gone',
    run: async (at) => {
      const { digest } = await at.pushBlob();
      await at.expect(202, at.ask('DELETE', `blobs/${digest}`));
      await at.expect(404, at.ask('GET', `blobs/${digest}`));
    },
  },
];
