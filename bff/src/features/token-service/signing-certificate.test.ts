import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { selfSignedCertificate } from './signing-certificate.ts';

describe('selfSignedCertificate', () => {
  it.each(['2046-03-04T05:06:07Z', '2051-03-04T05:06:07Z'])(
    'is read alike by Node and openssl, valid until %s',
    (notAfter) => {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const commonName = 'Longshore tokens abc_-9';
      const notBefore = new Date('2026-01-02T03:04:05Z');
      const pem = selfSignedCertificate(privateKey, { commonName, notBefore, notAfter: new Date(notAfter) });
      const certificate = new X509Certificate(pem);
      expect(certificate.subject).toBe(`CN=${commonName}`);
      expect(certificate.issuer).toBe(certificate.subject);
      expect(certificate.verify(publicKey)).toBe(true);
      expect(certificate.ca).toBe(false);
      expect(certificate.publicKey.equals(publicKey)).toBe(true);
      expect(new Date(certificate.validFrom).toISOString()).toBe(notBefore.toISOString());
      expect(new Date(certificate.validTo).getTime()).toBe(new Date(notAfter).getTime());

      const folder = mkdtempSync(path.join(os.tmpdir(), 'longshore-certificate-'));
      const file = path.join(folder, 'certificate.pem');
      writeFileSync(file, pem);
      const text = execFileSync('openssl', ['x509', '-in', file, '-noout', '-text'], { encoding: 'utf8' });
      expect(text).toContain('Signature Algorithm: ecdsa-with-SHA256');
      expect(text).toContain('NIST CURVE: P-256');
      expect(text).toContain('CA:FALSE');
      expect(text).toMatch(/Key Usage: critical\s+Digital Signature/);
      expect(execFileSync('openssl', ['verify', '-CAfile', file, file], { encoding: 'utf8' })).toContain('OK');
      rmSync(folder, { recursive: true });
    },
  );
});
