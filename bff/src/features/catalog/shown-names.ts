import { isReservedTag } from '../../access/reserved-names.ts';

// The fallback for registries without the referrers API, https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema,
// and cosign's older form of it with a suffix.
const referrersTagPattern = /^(?<algorithm>sha256|sha512)-(?<encoded>[a-f0-9]{64,128})(?:\.(?:sig|att|sbom))?$/;

/** False for tags that only carry referrers of the digest they name, and for those that keep what was deleted. */
export function isShownTag(tag: string): boolean {
  return !referrersTagPattern.test(tag) && !isReservedTag(tag);
}

/** A repository of a single segment belongs to the built-in project. */
export function projectOf(repository: string): string {
  const slash = repository.indexOf('/');
  return slash === -1 ? 'library' : repository.slice(0, slash);
}
