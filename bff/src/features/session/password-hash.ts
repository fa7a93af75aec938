import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import PQueue from 'p-queue';

const derive = promisify(argon2);

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. */
const current = { memoryKib: 19_456, passes: 2, parallelism: 1 } as const;
const saltBytes = 16;
const tagBytes = 32;

/** Each takes 19 MiB and a core for some tens of milliseconds: a flood of sign-ins must not take them all at once. */
const turns = new PQueue({ concurrency: 2 });
/** Whoever came after these would wait for seconds: to be told so at once is better, and a flood fills no memory. */
export const waitingMax = 64;

/** Nothing was looked at. */
export class PasswordsBusyError extends Error {
  override readonly name = 'PasswordsBusyError';
  readonly retryAfterSeconds = 5;

  constructor() {
    super('The console is checking as many passwords as it can at this moment. Try again in a few seconds.');
  }
}

interface PasswordHash {
  memoryKib: number;
  passes: number;
  parallelism: number;
  salt: Buffer;
  tag: Buffer;
}

/** argon2id in PHC notation. https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const tag = await deriveTag(password, { ...current, salt }, tagBytes);
  const parameters = `m=${current.memoryKib},t=${current.passes},p=${current.parallelism}`;
  return `$argon2id$v=19$${parameters}$${unpadded(salt)}$${unpadded(tag)}`;
}

/**
 * Whether the password is the one that was hashed. Without a hash (no such account, or one without a password) it does the
 * same work and says no, so that the time tells nothing. @throws PasswordsBusyError whoever it is
 */
export async function verifyPassword(password: string, phc: string | null): Promise<boolean> {
  const known = phc === null ? null : parse(phc);
  const compared = known ?? { ...current, salt: Buffer.alloc(saltBytes), tag: Buffer.alloc(tagBytes) };
  // Strangers ask for this; a new password is hashed for those who have proven who they are.
  if (turns.size >= waitingMax) throw new PasswordsBusyError();
  const tag = await deriveTag(password, compared, compared.tag.length);
  return timingSafeEqual(tag, compared.tag) && known !== null;
}

async function deriveTag(password: string, from: Omit<PasswordHash, 'tag'>, length: number): Promise<Buffer> {
  const tag = await turns.add(() =>
    derive('argon2id', {
      // The same password typed on two keyboards may be two sequences of code points.
      message: Buffer.from(password.normalize('NFKC')),
      nonce: from.salt,
      memory: from.memoryKib,
      passes: from.passes,
      parallelism: from.parallelism,
      tagLength: length,
    }),
  );
  return Buffer.from(tag as Buffer);
}

function parse(phc: string): PasswordHash | null {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(phc);
  if (match === null) return null;
  const [, memory, passes, parallelism, salt = '', tag = ''] = match;
  return {
    memoryKib: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
