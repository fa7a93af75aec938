import { randomInt } from 'node:crypto';

/** Without letters and digits that look alike: it is read from a terminal and typed once. */
const letters = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Four groups of five, 99 bits: long enough to be the only thing between the world and every registry. */
export function generatePassword(): string {
  const group = () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)] ?? '').join('');
  return Array.from({ length: 4 }, group).join('-');
}
