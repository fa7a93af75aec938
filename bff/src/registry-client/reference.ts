// Grammars of https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
// and https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#digests

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]?: Name };

/** `algorithm:encoded`, checked; for sha256 and sha512 the length and alphabet are checked too. */
export type Digest = Branded<'Digest'>;
export type RepositoryName = Branded<'RepositoryName'>;
export type Tag = Branded<'Tag'>;

export type Reference =
  | { readonly kind: 'tag'; readonly tag: Tag }
  | { readonly kind: 'digest'; readonly digest: Digest };

export interface ImageReference {
  readonly host: string | undefined;
  readonly repository: RepositoryName;
  readonly tag: Tag | undefined;
  readonly digest: Digest | undefined;
}

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const repositoryPattern = new RegExp(`^${component}(?:/${component})*$`);
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const digestPattern = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/;
const hostPattern =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:.]+\])(?::[0-9]{1,5})?$/;
const encodedLength: Readonly<Record<string, number>> = { sha256: 64, sha512: 128 };
// Distribution refuses longer names (its limit counts the name without the host).
const repositoryNameMaxLength = 255;
const digestMaxLength = 320;

export class ReferenceError extends Error {
  override readonly name = 'ReferenceError';
}

export function isDigest(text: string): text is Digest {
  if (text.length > digestMaxLength || !digestPattern.test(text)) return false;
  const [algorithm = '', encoded = ''] = text.split(':');
  const length = encodedLength[algorithm];
  return length === undefined ? encoded.length >= 32 : encoded.length === length && /^[a-f0-9]+$/.test(encoded);
}

/** @throws ReferenceError */
export function parseDigest(text: string): Digest {
  if (!isDigest(text))
    throw new ReferenceError(`${quote(text)} is not a digest such as sha256:<64 hexadecimal digits>.`);
  return text;
}

export function isRepositoryName(text: string): text is RepositoryName {
  return text.length <= repositoryNameMaxLength && repositoryPattern.test(text);
}

/** @throws ReferenceError */
export function parseRepositoryName(text: string): RepositoryName {
  if (!isRepositoryName(text)) throw new ReferenceError(`${quote(text)} is not a repository name.`);
  return text;
}

export function isTag(text: string): text is Tag {
  return tagPattern.test(text);
}

/** @throws ReferenceError */
export function parseTag(text: string): Tag {
  if (!isTag(text)) throw new ReferenceError(`${quote(text)} is not a tag.`);
  return text;
}

/** What may stand behind `/manifests/`: a tag or a digest. @throws ReferenceError */
export function parseReference(text: string): Reference {
  if (text.includes(':')) return { kind: 'digest', digest: parseDigest(text) };
  return { kind: 'tag', tag: parseTag(text) };
}

/** `[host[:port]/]repository[:tag][@digest]`, as people paste it; no default host or tag is made up. @throws ReferenceError */
export function parseImageReference(text: string): ImageReference {
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : parseDigest(text.slice(at + 1));
  const named = at < 0 ? text : text.slice(0, at);
  const slash = named.indexOf('/');
  const first = named.slice(0, Math.max(slash, 0));
  const hasHost = slash > 0 && hostPattern.test(first) && (/[.:[]/.test(first) || first === 'localhost');
  const path = hasHost ? named.slice(slash + 1) : named;
  const colon = path.lastIndexOf(':');
  return {
    host: hasHost ? first : undefined,
    repository: parseRepositoryName(colon < 0 ? path : path.slice(0, colon)),
    tag: colon < 0 ? undefined : parseTag(path.slice(colon + 1)),
    digest,
  };
}

function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
