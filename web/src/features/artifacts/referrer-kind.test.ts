import { describe, expect, it } from 'vitest';
import { referrerKind } from './referrer-kind.ts';

describe('what a referrer is', () => {
  it('is read from the artifact type', () => {
    expect(referrerKind('application/vnd.dev.cosign.artifact.sig.v1+json', {})).toBe('signature');
    expect(referrerKind('application/vnd.cncf.notary.signature', {})).toBe('signature');
    expect(referrerKind('application/spdx+json', {})).toBe('sbom');
    expect(referrerKind('application/vnd.cyclonedx+json', {})).toBe('sbom');
    expect(referrerKind('application/vnd.in-toto+json', {})).toBe('attestation');
    expect(referrerKind('application/sarif+json', {})).toBe('scan');
  });
  it('is read from what an attestation says it is about', () => {
    const about = (type: string) => ({ 'in-toto.io/predicate-type': type });
    expect(referrerKind('application/vnd.in-toto+json', about('https://slsa.dev/provenance/v1'))).toBe('provenance');
    expect(referrerKind('application/vnd.in-toto+json', about('https://spdx.dev/Document'))).toBe('sbom');
  });
  it('is an artifact when nothing tells', () => {
    expect(referrerKind(null, {})).toBe('other');
    expect(referrerKind('application/vnd.acme', {})).toBe('other');
  });
});
