import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate of its own for a key on P-256, in the few bytes of DER that it needs: RFC 5280, RFC 5480, RFC 5758. */
export function selfSignedCertificate(
  privateKey: KeyObject,
  { commonName, notBefore, notAfter }: { commonName: string; notBefore: Date; notAfter: Date },
): string {
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const ecdsaWithSha256 = sequence(objectId('1.2.840.10045.4.3.2'));
  const name = sequence(element(0x31, sequence(objectId('2.5.4.3'), element(0x0c, Buffer.from(commonName, 'utf8')))));
  const body = sequence(
    element(0xa0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    ecdsaWithSha256,
    name,
    sequence(time(notBefore), time(notAfter)),
    name,
    publicKey,
    element(0xa3, extensions(publicKey)),
  );
  const signature = sign('sha256', body, { key: privateKey, dsaEncoding: 'der' });
  const certificate = sequence(body, ecdsaWithSha256, bitString(signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** It signs tokens and nothing else, no other certificates above all. */
function extensions(publicKey: Buffer): Buffer {
  const keyId = createHash('sha256').update(publicKey).digest().subarray(0, 20);
  const isCritical = Buffer.from([0x01, 0x01, 0xff]);
  const extension = (id: string, value: Buffer, critical: Buffer = Buffer.alloc(0)) =>
    sequence(objectId(id), critical, element(0x04, value));
  const digitalSignature = Buffer.from([0x03, 0x02, 0x07, 0x80]);
  return sequence(
    extension('2.5.29.19', sequence(), isCritical),
    extension('2.5.29.15', digitalSignature, isCritical),
    extension('2.5.29.14', element(0x04, keyId)),
  );
}

function element(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes = Buffer.from(length.toString(16).padStart(4, '0'), 'hex');
  const size = bytes[0] === 0 ? bytes.subarray(1) : bytes;
  return Buffer.concat([Buffer.from([tag, 0x80 | size.length]), size, content]);
}

function sequence(...content: Buffer[]): Buffer {
  return element(0x30, Buffer.concat(content));
}

function bitString(content: Buffer): Buffer {
  return element(0x03, Buffer.concat([Buffer.from([0]), content]));
}

/** Positive, in as few bytes as it needs, as DER wants it. */
function integer(bytes: Buffer): Buffer {
  const first = Math.max(
    0,
    bytes.findIndex((byte) => byte !== 0),
  );
  const shortest = bytes.subarray(first);
  const isNegative = ((shortest[0] ?? 0) & 0x80) !== 0;
  return element(0x02, isNegative ? Buffer.concat([Buffer.from([0]), shortest]) : shortest);
}

function objectId(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((part) => {
    const groups = [part & 0x7f];
    for (let left = part >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return element(0x06, Buffer.from(bytes));
}

/** Two digits of the year until 2049, four from then on. */
function time(date: Date): Buffer {
  const digits = `${date.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`;
  const isShort = date.getUTCFullYear() < 2050;
  return element(isShort ? 0x17 : 0x18, Buffer.from(isShort ? digits.slice(2) : digits, 'ascii'));
}
