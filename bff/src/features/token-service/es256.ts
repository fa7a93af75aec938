import { type KeyObject, sign } from 'node:crypto';

const numberBytes = 32;

/**
 * A JSON Web Token in its compact form (RFC 7515, RFC 7518 section 3.4). Here and not by `jose`, which signs through Web
 * Crypto: that takes 180 µs of CPU and a turn in the thread pool for each token, this takes 55 µs.
 */
export function signEs256(privateKey: KeyObject, header: { readonly alg: 'ES256' }, claims: object): string {
  const signed = `${encoded(header)}.${encoded(claims)}`;
  // Not `dsaEncoding`, with which Node takes three times as long.
  const signature = joinedNumbers(sign('sha256', Buffer.from(signed), privateKey));
  return `${signed}.${signature.toString('base64url')}`;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/**
 * The two numbers of a signature, one after another in 32 bytes each, out of `SEQUENCE { INTEGER r, INTEGER s }`: there a
 * number has as many bytes as it needs, and one of zero before it where it would look negative.
 */
function joinedNumbers(der: Buffer): Buffer {
  const joined = Buffer.alloc(2 * numberBytes);
  // Behind the tag and the length of the sequence, which is one byte: it is never longer than 70.
  let offset = 2;
  for (const end of [numberBytes, 2 * numberBytes]) {
    const length = der[offset + 1] ?? 0;
    const number = der.subarray(offset + 2, offset + 2 + length);
    const digits = number.subarray(Math.max(0, length - numberBytes));
    joined.set(digits, end - digits.length);
    offset += 2 + length;
  }
  return joined;
}
