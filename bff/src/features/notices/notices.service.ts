import { randomInt } from 'node:crypto';
import type { DeliveriesStore } from './deliveries.store.ts';
import type { EnqueueDelivery } from './delivery-runner.ts';
import { payloadText } from './notice-payload.ts';
import { attemptsMax, type NoticeKind, type StoredDelivery, type StoredNotice } from './notices.ts';
import type { NoticesStore, NoticeValues } from './notices.store.ts';
import type { WebhookAddresses } from './webhook-address.ts';

export class NoticeNotFoundError extends Error {
  override readonly name = 'NoticeNotFoundError';
  constructor() {
    super('There is no such notice here.');
  }
}
export class NoticeDeliveryNotFoundError extends Error {
  override readonly name = 'NoticeDeliveryNotFoundError';
  constructor() {
    super('There is no such delivery of this notice any more.');
  }
}
export class NoticeProjectNotFoundError extends Error {
  override readonly name = 'NoticeProjectNotFoundError';
}
export class NoticeChangedError extends Error {
  override readonly name = 'NoticeChangedError';
  constructor() {
    super('Somebody else changed the notice in the meantime. Look at it again, then make your change.');
  }
}
export class TooManyNoticesError extends Error {
  override readonly name = 'TooManyNoticesError';
}
export class MailNotConfiguredError extends Error {
  override readonly name = 'MailNotConfiguredError';
  constructor() {
    super('This server cannot send mail: set mail.url and mail.from in its configuration.');
  }
}
export class NoticeFieldError extends Error {
  override readonly name = 'NoticeFieldError';
  readonly path: string;
  constructor(path: string, sentence: string) {
    super(sentence);
    this.path = path;
  }
}

export interface NoticeFields {
  readonly name: string;
  readonly url?: string | undefined;
  readonly recipients?: readonly string[] | undefined;
  readonly language?: 'en' | 'zh' | undefined;
  readonly kinds: readonly NoticeKind[];
  readonly policyId?: string | null | undefined;
}

export interface NoticeWithSecret {
  readonly notice: StoredNotice;
  /** In the clear this one time; null for mail. */
  readonly secret: string | null;
}

/** Of the registries, handed in: one way of keeping secrets. */
export interface SecretSealer {
  seal(plainText: string, context: string): string;
  open(envelope: string, context: string): string;
}

export interface NoticesDeps {
  readonly store: NoticesStore;
  readonly deliveries: DeliveriesStore;
  readonly addresses: WebhookAddresses;
  readonly sealer: SecretSealer;
  readonly enqueue: EnqueueDelivery;
  readonly mailFrom: string | null;
  readonly publicUrl: string | null;
  readonly limit: number;
  /** So long copies wait for a registry before it is told. */
  readonly outageAfterMinutes: number;
  readonly newId: () => string;
  readonly clock: { now(): Date };
}

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** An envelope that was moved to another notice does not open. */
export const sealContextOf = (noticeId: string): string => `notice ${noticeId}`;

/** What people do with notices. */
export class NoticesService {
  readonly #deps: NoticesDeps;

  constructor(deps: NoticesDeps) {
    this.#deps = deps;
  }

  get mail(): { readonly isConfigured: boolean; readonly from: string | null } {
    const { mailFrom } = this.#deps;
    return { isConfigured: mailFrom !== null, from: mailFrom };
  }

  get outageAfterMinutes(): number {
    return this.#deps.outageAfterMinutes;
  }

  /** @throws NoticeProjectNotFoundError */
  async list(project: string | null): Promise<StoredNotice[]> {
    const { store } = this.#deps;
    if (project !== null && !(await store.hasProject(project))) throw new NoticeProjectNotFoundError();
    return store.list(project);
  }

  /** @throws NoticeNotFoundError */
  async get(project: string | null, id: string): Promise<StoredNotice> {
    const found = await this.#deps.store.find(project, id);
    if (found === undefined) throw new NoticeNotFoundError();
    return found;
  }

  /** @throws NoticeFieldError, WebhookAddressError, MailNotConfiguredError, TooManyNoticesError, NoticeProjectNotFoundError */
  async create(
    project: string | null,
    channel: 'webhook' | 'mail',
    fields: NoticeFields,
    createdBy: string | null,
  ): Promise<NoticeWithSecret> {
    const { store, sealer, newId, mailFrom, limit } = this.#deps;
    if (channel === 'mail' && mailFrom === null) throw new MailNotConfiguredError();
    const id = newId();
    const values = await this.#valuesOf(channel, fields);
    const secret = channel === 'webhook' ? makeSecret() : null;
    const secretSealed = secret === null ? null : sealer.seal(secret, sealContextOf(id));
    const made = await store.insert({ ...values, id, project, channel, secretSealed, createdBy }, limit);
    if (made === 'project-missing') throw new NoticeProjectNotFoundError();
    if (made === 'too-many')
      throw new TooManyNoticesError(`There are ${limit} notices here already; remove one first.`);
    return { notice: await this.get(project, id), secret };
  }

  /** `version`: the one the change was made from. @throws NoticeFieldError, WebhookAddressError, NoticeChangedError */
  async update(
    before: StoredNotice,
    version: number,
    { isDisabled, ...fields }: NoticeFields & { readonly isDisabled?: boolean | undefined },
  ): Promise<StoredNotice> {
    const kept = { language: before.language, policyId: before.policyId };
    const values = await this.#valuesOf(before.channel, { ...kept, ...dropUndefined(fields) });
    const isOff = isDisabled ?? before.isDisabled;
    if (!(await this.#deps.store.update(before.id, version, { ...values, isDisabled: isOff }))) {
      throw new NoticeChangedError();
    }
    return this.get(before.project, before.id);
  }

  /** @throws NoticeNotFoundError */
  async remove({ id }: StoredNotice): Promise<void> {
    if (!(await this.#deps.store.remove(id))) throw new NoticeNotFoundError();
  }

  /** @throws NoticeNotFoundError, NoticeFieldError */
  async renewSecret({ id, project, channel }: StoredNotice): Promise<NoticeWithSecret> {
    const { store, sealer } = this.#deps;
    if (channel !== 'webhook') throw new NoticeFieldError('noticeId', 'Mails are not signed: they have no secret.');
    const secret = makeSecret();
    if (!(await store.setSecret(id, sealer.seal(secret, sealContextOf(id))))) throw new NoticeNotFoundError();
    return { notice: await this.get(project, id), secret };
  }

  /** One attempt: whoever pressed waits for it. */
  async test(notice: StoredNotice): Promise<StoredDelivery> {
    const { deliveries, enqueue, newId, clock, publicUrl } = this.#deps;
    const id = newId();
    const body = payloadText({
      deliveryId: id,
      event: 'test',
      notice,
      end: null,
      pairs: [],
      held: null,
      at: clock.now(),
      publicUrl,
    });
    const delivery = { id, noticeId: notice.id, executionId: null, event: 'test' as const, body, attemptsAllowed: 1 };
    await deliveries.inTransaction(async (transaction) => {
      await deliveries.insert(delivery, transaction);
      await enqueue(id, { transaction });
    });
    return this.#delivery(notice.id, id);
  }

  /** None of a notice that is not here. */
  async listDeliveries(project: string | null, noticeId: string): Promise<StoredDelivery[]> {
    const { store, deliveries } = this.#deps;
    const notice = await store.find(project, noticeId);
    return notice === undefined ? [] : deliveries.list(notice.id);
  }

  /** @throws NoticeDeliveryNotFoundError */
  async redeliver({ id: noticeId }: StoredNotice, deliveryId: string): Promise<StoredDelivery> {
    const { deliveries, enqueue } = this.#deps;
    const { id, event } = await this.#delivery(noticeId, deliveryId);
    await deliveries.inTransaction(async (transaction) => {
      await deliveries.sendAgain(transaction, id, event === 'test' ? 1 : attemptsMax);
      await enqueue(id, { transaction });
    });
    return this.#delivery(noticeId, id);
  }

  async #delivery(noticeId: string, id: string): Promise<StoredDelivery> {
    const found = await this.#deps.deliveries.find(noticeId, id);
    if (found === undefined) throw new NoticeDeliveryNotFoundError();
    return found;
  }

  async #valuesOf(
    channel: 'webhook' | 'mail',
    { name, url, recipients, language = 'en', kinds, policyId = null }: NoticeFields,
  ): Promise<Omit<NoticeValues, 'isDisabled'>> {
    const common = { name, language, kinds: [...new Set(kinds)], policyId };
    if (channel === 'webhook') {
      if (url === undefined) throw new NoticeFieldError('url', 'A webhook needs an address.');
      if (recipients !== undefined) throw new NoticeFieldError('recipients', 'Only mail has recipients.');
      return { ...common, url: await this.#deps.addresses.check(url), recipients: [] };
    }
    if (url !== undefined) throw new NoticeFieldError('url', 'Only a webhook has an address.');
    if (recipients === undefined) throw new NoticeFieldError('recipients', 'Mail needs a recipient.');
    return { ...common, url: null, recipients: [...new Set(recipients)] };
  }
}

/** 256 bits of chance. */
function makeSecret(): string {
  return `lsw_${Array.from({ length: 43 }, () => base62[randomInt(base62.length)]).join('')}`;
}

function dropUndefined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
