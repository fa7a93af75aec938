import { performance } from 'node:perf_hooks';
import type { NoticePayload } from '../../contract/notices.ts';
import type { ClaimedDelivery, DeliveriesStore } from './deliveries.store.ts';
import type { EndsStore, EndsTransaction, SubscribedNotice } from './ends.store.ts';
import { mailOf } from './notice-mail.ts';
import { payloadText } from './notice-payload.ts';
import {
  attemptsMax,
  eventFor,
  type ExecutionEnd,
  type NoticeReason,
  type PairEnd,
  pairsOf,
  retryDelayMs,
  type ScopedEnd,
  scopedEnds,
  type SendOutcome,
  type StoredNotice,
} from './notices.ts';
import type { SendMail } from './send-mail.ts';
import type { SendWebhook } from './send-webhook.ts';

export interface EnqueueDelivery {
  (deliveryId: string, options: { readonly transaction?: EndsTransaction; readonly delayMs?: number }): Promise<void>;
}

export interface DeliveryRunnerDeps {
  readonly ends: EndsStore;
  readonly deliveries: DeliveriesStore;
  readonly findNotice: (id: string) => Promise<StoredNotice | undefined>;
  readonly openSecret: (notice: StoredNotice) => string;
  readonly sendWebhook: SendWebhook;
  /** Null: the server has no mail server. */
  readonly sendMail: SendMail | null;
  readonly enqueue: EnqueueDelivery;
  readonly publicUrl: string | null;
  readonly newId: () => string;
  readonly clock: { now(): Date };
  readonly random: () => number;
  readonly onFault: (error: unknown) => void;
  readonly isOnlyProcess: boolean;
}

const lookEveryMs = 5000;
/** Executions tell of themselves all the time while they run. */
const gatherMs = 100;
const busyDelayMs = 3000;

/** Plans what is said about executions that ended, and says it. */
export class DeliveryRunner {
  readonly #deps: DeliveryRunnerDeps;
  #beat: NodeJS.Timeout | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isWokenMeanwhile = false;
  #isStopped = false;

  constructor(deps: DeliveryRunnerDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    if (this.#deps.isOnlyProcess) await this.#deps.deliveries.releaseAll();
    this.#beat = setInterval(() => this.#lookNow(true), lookEveryMs).unref();
    this.#lookNow(true);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#beat);
    clearTimeout(this.#gathering);
    await this.#looking;
  }

  /** Something may have ended. */
  wake(): void {
    if (this.#isStopped) return;
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#lookNow(false);
    }, gatherMs).unref();
  }

  #lookNow(isThorough: boolean): void {
    if (this.#isStopped) return;
    if (this.#looking !== undefined) {
      this.#isWokenMeanwhile = true;
      return;
    }
    this.#looking = this.#look(isThorough)
      .catch(this.#deps.onFault)
      .finally(() => {
        this.#looking = undefined;
      });
  }

  async #look(isThorough: boolean): Promise<void> {
    const { ends, deliveries, enqueue } = this.#deps;
    do {
      this.#isWokenMeanwhile = false;
      let hasPlanned = false;
      while (!this.#isStopped && (await ends.hasSome())) {
        hasPlanned = true;
        await ends.take((transaction, end) => this.#plan(transaction, end));
      }
      if (hasPlanned) await deliveries.forgetOld();
    } while (this.#isWokenMeanwhile && !this.#isStopped);
    if (!isThorough) return;
    for (const id of await deliveries.listForgotten()) await enqueue(id, {});
  }

  async #plan(transaction: EndsTransaction, end: ExecutionEnd): Promise<void> {
    const { ends } = this.#deps;
    for (const scoped of scopedEnds(end)) {
      const found = pairsOf(scoped);
      const ofAny = await ends.notePairs(transaction, scoped, null, found);
      const ofPolicy = end.policyId === null ? ofAny : await ends.notePairs(transaction, scoped, end.policyId, found);
      for (const notice of await ends.findSubscribed(transaction, scoped.project, end.policyId)) {
        await this.#planOne(transaction, notice, scoped, notice.policyId === null ? ofAny : ofPolicy);
      }
    }
  }

  async #planOne(
    transaction: EndsTransaction,
    notice: SubscribedNotice,
    end: ScopedEnd,
    pairs: readonly PairEnd[],
  ): Promise<void> {
    const { deliveries, enqueue, newId, publicUrl } = this.#deps;
    const event = eventFor(notice.kinds, end.state, pairs);
    if (event === undefined) return;
    const id = newId();
    const body = payloadText({ deliveryId: id, event, notice, end, pairs, at: end.endedAt, publicUrl });
    const delivery = { id, noticeId: notice.id, executionId: end.executionId, event, body };
    await deliveries.insert({ ...delivery, attemptsAllowed: attemptsMax }, transaction);
    await enqueue(id, { transaction });
  }

  /** One attempt, if it is due. */
  async deliver(id: string, signal: AbortSignal): Promise<void> {
    const { deliveries, enqueue, clock } = this.#deps;
    const claim = await deliveries.claim(id);
    if (claim.kind === 'busy') await enqueue(id, { delayMs: busyDelayMs });
    if (claim.kind !== 'claimed') return;
    const { delivery } = claim;
    const at = clock.now();
    const began = performance.now();
    const outcome = await this.#send(delivery, signal);
    const { status, answer, reason } = outcome;
    const durationMs = Math.round(performance.now() - began);
    const isOver = outcome.isFinal || delivery.attempt >= delivery.attemptsAllowed;
    const state = outcome.isDelivered ? 'delivered' : isOver ? 'failed' : 'waiting';
    const delayMs =
      state === 'waiting' ? retryDelayMs(delivery.attempt, outcome.retryAfterMs, this.#deps.random) : null;
    const attempt = { number: delivery.attempt, at, durationMs, status, answer, reason };
    await deliveries.end(id, { attempt, state, delayMs }, async (transaction) => {
      if (delayMs !== null) await enqueue(id, { transaction, delayMs });
    });
  }

  async #send(delivery: ClaimedDelivery, signal: AbortSignal): Promise<SendOutcome> {
    const { findNotice, openSecret, sendWebhook, sendMail } = this.#deps;
    const { id, event, body } = delivery;
    const notice = await findNotice(delivery.noticeId);
    if (notice === undefined) return refused('notice-removed', 'The notice was removed.');
    if (notice.isDisabled && event !== 'test') return refused('notice-disabled', 'The notice is disabled.');
    if (notice.channel === 'mail') {
      if (sendMail === null) {
        return refused('mail-not-configured', 'This server has no mail server in its configuration (mail.url).');
      }
      const { subject, text } = mailOf(JSON.parse(body) as NoticePayload, notice.language);
      return sendMail({ deliveryId: id, recipients: notice.recipients, subject, text });
    }
    let secret: string;
    try {
      secret = openSecret(notice);
    } catch {
      return refused('secret-unreadable', 'The secret was sealed with a key that this server no longer has; renew it.');
    }
    return sendWebhook({ url: notice.url ?? '', secret, deliveryId: id, event, body }, signal);
  }
}

function refused(code: string, sentence: string): SendOutcome {
  const reason: NoticeReason = { code, sentence, params: {} };
  return { isDelivered: false, isFinal: true, status: null, answer: null, reason };
}
