import { performance } from 'node:perf_hooks';
import type { ClaimedDelivery, DeliveriesStore } from './deliveries.store.ts';
import type { EndsStore, EndsTransaction, SubscribedNotice } from './ends.store.ts';
import { HoldPlanner } from './hold-planner.ts';
import type { ToldHold } from './holds.ts';
import type { HoldsStore } from './holds.store.ts';
import { mailOf } from './notice-mail.ts';
import { endedPairs, payloadFrom, payloadText } from './notice-payload.ts';
import {
  attemptsMax,
  eventFor,
  type ExecutionEnd,
  type NoticeEvent,
  type NoticeReason,
  type PairEnd,
  pairsOf,
  retryDelayMs,
  type ScopedEnd,
  scopedEnds,
  type SendOutcome,
  type StoredNotice,
  type ToldPair,
} from './notices.ts';
import { OutagePlanner } from './outage-planner.ts';
import type { OutagesStore } from './outages.store.ts';
import type { SendMail } from './send-mail.ts';
import type { SendWebhook } from './send-webhook.ts';

export interface EnqueueDelivery {
  (deliveryId: string, options: { readonly transaction?: EndsTransaction; readonly delayMs?: number }): Promise<void>;
}

export interface DeliveryRunnerDeps {
  readonly ends: EndsStore;
  readonly outages: OutagesStore;
  readonly holds: HoldsStore;
  /** So long copies wait for a registry before it is told. */
  readonly outageAfterMinutes: number;
  readonly databaseNow: (transaction: EndsTransaction) => Promise<Date>;
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
/** Every 15 s: with ten thousand tasks open it takes some fifty milliseconds. */
const beatsBetweenLooks = 2;
/** Executions tell of themselves all the time while they run. */
const gatherMs = 100;
const busyDelayMs = 3000;

interface Told {
  readonly event: NoticeEvent;
  readonly end: ScopedEnd | null;
  readonly pairs: readonly ToldPair[];
  readonly held: ToldHold | null;
  readonly at: Date;
}

/** Plans what is said about executions that ended, about outages and about what waits for a person's word, and says it. */
export class DeliveryRunner {
  readonly #deps: DeliveryRunnerDeps;
  readonly #outages: OutagePlanner;
  readonly #holds: HoldPlanner;
  #beat: NodeJS.Timeout | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isWokenMeanwhile = false;
  #isStopped = false;
  #beatsToOpen = 0;

  constructor(deps: DeliveryRunnerDeps) {
    this.#deps = deps;
    this.#outages = new OutagePlanner({
      outages: deps.outages,
      databaseNow: deps.databaseNow,
      afterMinutes: deps.outageAfterMinutes,
      tell: (transaction, notice, told) => this.#tell(transaction, notice, { ...told, end: null, held: null }),
    });
    this.#holds = new HoldPlanner({
      holds: deps.holds,
      listNotices: deps.outages.listNotices,
      databaseNow: deps.databaseNow,
      tell: (transaction, notice, told) => this.#tell(transaction, notice, { ...told, end: null }),
    });
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
        await ends.take(async (transaction, taken) => {
          // First: a success that ends an outage and its execution is told once.
          await this.#outages.lookAfter(transaction, taken);
          await this.#plan(transaction, taken);
        });
      }
      if (hasPlanned) await deliveries.forgetOld();
    } while (this.#isWokenMeanwhile && !this.#isStopped);
    if (!isThorough) return;
    await this.#lookAtOpen();
    for (const id of await deliveries.listForgotten()) await enqueue(id, {});
  }

  /** Also where nothing ended: that is what an outage is, and a question that nobody answers. */
  async #lookAtOpen(): Promise<void> {
    const { ends, outages } = this.#deps;
    if (this.#beatsToOpen > 0) {
      this.#beatsToOpen -= 1;
      return;
    }
    this.#beatsToOpen = beatsBetweenLooks;
    if (!(await outages.isWorthALook())) return;
    await ends.take(async (transaction, taken) => {
      await this.#outages.look(transaction);
      await this.#holds.look(transaction);
      await this.#plan(transaction, taken);
    });
  }

  async #plan(transaction: EndsTransaction, taken: readonly ExecutionEnd[]): Promise<void> {
    for (const end of taken) for (const scoped of scopedEnds(end)) await this.#planScoped(transaction, scoped);
  }

  async #planScoped(transaction: EndsTransaction, scoped: ScopedEnd): Promise<void> {
    const { ends } = this.#deps;
    const { project, policyId } = scoped;
    const ofAny = await this.#notePairs(transaction, scoped, null);
    const ofPolicy = policyId === null ? ofAny : await this.#notePairs(transaction, scoped, policyId);
    for (const notice of await ends.findSubscribed(transaction, project, policyId)) {
      const pairs = notice.policyId === null ? ofAny : ofPolicy;
      const event = eventFor(notice.kinds, scoped.state, pairs);
      if (event === undefined) continue;
      const told = { event, end: scoped, pairs: endedPairs(scoped, pairs), held: null, at: scoped.endedAt };
      await this.#tell(transaction, notice, told);
    }
  }

  async #notePairs(transaction: EndsTransaction, scoped: ScopedEnd, policyId: string | null): Promise<PairEnd[]> {
    const { ends, outages } = this.#deps;
    const { project } = scoped;
    const pairs = await ends.notePairs(transaction, scoped, policyId, pairsOf(scoped));
    // It is told with this end.
    for (const pair of pairs.filter(({ state }) => state === 'recovered')) {
      await outages.forget(transaction, { project, policyId }, pair);
    }
    return pairs;
  }

  async #tell(transaction: EndsTransaction, notice: SubscribedNotice, told: Told): Promise<void> {
    const { deliveries, enqueue, newId, publicUrl } = this.#deps;
    const id = newId();
    const { event, end, held } = told;
    const body = payloadText({ ...told, deliveryId: id, notice, publicUrl });
    const executionId = (end ?? held)?.executionId ?? null;
    const delivery = { id, noticeId: notice.id, executionId, event, body };
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
      const { subject, text } = mailOf(payloadFrom(body), notice.language);
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
