import { createHash, timingSafeEqual } from 'node:crypto';

const rememberedMs = 2000;

/** In hexadecimal digits; made by us with 256 bits of chance, so that nothing slower is needed. */
export function hashOfSecret(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('hex');
}

/**
 * Asked for each notification, thousands a minute in a storm: what the database said last is believed for two seconds. So
 * long another instance may take a secret that has been replaced.
 */
export class NotificationSecrets {
  readonly #read: (registryId: string) => Promise<string | null>;
  readonly #known = new Map<string, { readonly hash: string; readonly untilMs: number }>();

  constructor(read: (registryId: string) => Promise<string | null>) {
    this.#read = read;
  }

  /** False too where there is no such registry. */
  async accepts(registryId: string, secret: string): Promise<boolean> {
    const expected = await this.#hashOf(registryId);
    return expected !== null && timingSafeEqual(Buffer.from(hashOfSecret(secret)), Buffer.from(expected));
  }

  forget(registryId: string): void {
    this.#known.delete(registryId);
  }

  async #hashOf(registryId: string): Promise<string | null> {
    const known = this.#known.get(registryId);
    if (known !== undefined && known.untilMs > performance.now()) return known.hash;
    const hash = await this.#read(registryId);
    if (hash === null) this.#known.delete(registryId);
    else this.#known.set(registryId, { hash, untilMs: performance.now() + rememberedMs });
    return hash;
  }
}
