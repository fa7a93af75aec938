import type { RequestOptions } from './client-types.ts';
import { registryError } from './error-sentences.ts';
import { findNextLink } from './link-header.ts';
import { refuseWebPage } from './manifests.ts';
import { isRepositoryName, isTag, parseRepositoryName } from './reference.ts';
import type { Answer, Call, Transport } from './transport.ts';

// Distribution 2.8 answers 400 to more.
const catalogPageSize = 1000;
const tagPageSize = 1000;
// 2.8 sends all tags of a repository in one answer; 250,000 of thirty characters are 8 MiB.
const pageMaxBytes = 8 * 1024 * 1024;
const pagesMax = 2000;
/** Whoever reads a list keeps its names: a list without end must not take the memory of everything else. */
const entriesMax = 250_000;

export interface Page {
  /** Undefined where the status is not 200. */
  readonly document: unknown;
  readonly answer: Answer & { readonly bytes: Buffer };
}

/** The catalog and the tags, page by page, under caps: a registry may be hostile or broken. */
export class Listings {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async *repositories(options: RequestOptions = {}): AsyncGenerator<string[]> {
    const call: Call = {
      operation: 'list-repositories',
      method: 'GET',
      path: `_catalog?n=${catalogPageSize}`,
      scopes: ['registry:catalog:*'],
      headers: { accept: 'application/json' },
      signal: options.signal,
      expect: [200],
    };
    for await (const { document, answer } of this.pages(call))
      yield strings(document, 'repositories', answer).filter(isRepositoryName);
  }

  async *tags(repository: string, options: RequestOptions = {}): AsyncGenerator<string[]> {
    const name = parseRepositoryName(repository);
    const call: Call = {
      operation: 'list-tags',
      method: 'GET',
      path: `${name}/tags/list?n=${tagPageSize}`,
      repository: name,
      scopes: [`repository:${name}:pull`],
      headers: { accept: 'application/json' },
      signal: options.signal,
      expect: [200, 404],
    };
    for await (const { document, answer } of this.pages(call)) {
      if (answer.status === 404) return;
      yield strings(document, 'tags', answer).filter(isTag);
    }
  }

  async hasRepository(repository: string, options: RequestOptions = {}): Promise<boolean> {
    const name = parseRepositoryName(repository);
    const answer = await this.#transport.receive(
      {
        operation: 'list-tags',
        method: 'GET',
        path: `${name}/tags/list?n=1`,
        repository: name,
        scopes: [`repository:${name}:pull`],
        signal: options.signal,
        expect: [200, 404],
      },
      pageMaxBytes,
    );
    refuseWebPage(answer);
    return answer.status === 200;
  }

  /** Follows `Link: rel="next"` on the endpoint that began; refuses to go in circles or on for ever. */
  async *pages(first: Call): AsyncGenerator<Page> {
    const seen = new Set<string>();
    let entryCount = 0;
    let call = first;
    for (let pageCount = 1; ; pageCount += 1) {
      const answer = await this.#transport.receive(call, pageMaxBytes);
      refuseWebPage(answer);
      if (answer.status !== 200) {
        yield { document: undefined, answer };
        return;
      }
      const document = parseJson(answer.bytes, answer);
      entryCount += countEntries(document);
      if (entryCount > entriesMax) throw endless(answer);
      yield { document, answer };
      const next = nextPage(answer);
      if (!next) return;
      seen.add(answer.url.href);
      if (seen.has(next.href))
        throw registryError(answer.occasion, 'answer-invalid', 'sends the same page of a list again and again');
      if (pageCount >= pagesMax) throw endless(answer);
      call = { ...call, path: next, endpoint: answer.endpoint };
    }
  }
}

function endless(answer: Answer): Error {
  return registryError(answer.occasion, 'answer-too-large', 'sends a list without end: the reading was stopped');
}

function nextPage(answer: Answer): URL | undefined {
  const link = findNextLink(answer.header('link'));
  if (link === undefined || !URL.canParse(link, answer.url.href)) return undefined;
  const url = new URL(link, answer.url);
  // Behind a proxy the scheme and port are often the inner ones; another host would be sent our token.
  if (url.hostname !== answer.endpoint.url.hostname) {
    throw registryError(
      answer.occasion,
      'redirect-refused',
      `continues a list at ${url.host}, which is not its own address`,
      {
        params: { location: url.host },
      },
    );
  }
  return new URL(`${url.pathname}${url.search}`, answer.endpoint.url);
}

function parseJson(bytes: Buffer, answer: Answer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw registryError(answer.occasion, 'not-a-registry', 'answered with something else than a list');
  }
}

function countEntries(document: unknown): number {
  const lists = typeof document === 'object' && document !== null ? Object.values(document) : [];
  return lists.reduce<number>((sum, value) => sum + (Array.isArray(value) ? value.length : 0), 1);
}

/** An empty list may be null. */
function strings(document: unknown, key: string, answer: Answer): string[] {
  const list =
    typeof document === 'object' && document !== null ? (document as Record<string, unknown>)[key] : undefined;
  if (list === null || (list === undefined && answer.header('docker-distribution-api-version') !== undefined))
    return [];
  if (!Array.isArray(list))
    throw registryError(answer.occasion, 'not-a-registry', 'answered with something else than a list');
  return list.filter((entry): entry is string => typeof entry === 'string');
}
