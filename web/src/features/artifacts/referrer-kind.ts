export const referrerKinds = ['signature', 'sbom', 'attestation', 'provenance', 'scan', 'other'] as const;
export type ReferrerKind = (typeof referrerKinds)[number];

/** In this order: an in-toto statement that says it is an SBOM is an SBOM to a reader. */
const signs: readonly (readonly [ReferrerKind, RegExp])[] = [
  ['signature', /cosign\.(?:simplesigning|artifact\.sig)|sigstore\.bundle|notary|signature|pkcs7/i],
  ['sbom', /spdx|cyclonedx|syft|sbom/i],
  ['provenance', /slsa|provenance/i],
  ['scan', /vulnerabilit|trivy|sarif|security\.report|scan/i],
  ['attestation', /in-toto|attest|dsse/i],
];

/** What a referrer is to a reader, from its artifact type and the usual annotations. */
export function referrerKind(artifactType: string | null, annotations: Readonly<Record<string, string>>): ReferrerKind {
  const predicate = annotations['in-toto.io/predicate-type'] ?? annotations['dev.sigstore.bundle.predicateType'] ?? '';
  const words = `${predicate} ${artifactType ?? ''}`;
  return signs.find(([, pattern]) => pattern.test(words))?.[0] ?? 'other';
}
