import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Readable } from 'node:stream';
import { Agent, request } from 'undici';
import type { NoticeReason, SendOutcome } from './notices.ts';
import { plainHost, portOf, WebhookAddressError, type WebhookAddresses } from './webhook-address.ts';
import { signatureOf } from './webhook-signature.ts';

export interface Webhook {
  readonly url: string;
  readonly secret: string;
  readonly deliveryId: string;
  readonly event: string;
  readonly body: string;
}

export type SendWebhook = (webhook: Webhook, signal: AbortSignal) => Promise<SendOutcome>;

interface WebhookSenderDeps {
  readonly addresses: WebhookAddresses;
  readonly userAgent: string;
  readonly clock: { now(): Date };
}

const totalMs = 10_000;
const answerMaxBytes = 16 * 1024;
const shownAnswerLength = 2000;
/** Not of the request, but of the moment. */
const passing: ReadonlySet<number> = new Set([408, 425, 429]);
const millisecondsPerSecond = 1000;

/** One POST, to exactly the address that was checked, and what came of it. It throws for nothing. */
export function createWebhookSender({ addresses, userAgent, clock }: WebhookSenderDeps): SendWebhook {
  return async ({ url: text, secret, deliveryId, event, body }, stopping) => {
    const url = new URL(text);
    const began = performance.now();
    const deadline = AbortSignal.timeout(totalMs);
    const agent = new Agent({
      connect: { lookup: guardedLookup(addresses, portOf(url)), timeout: totalMs },
      pipelining: 0,
      allowH2: false,
    });
    try {
      const hostname = plainHost(url.hostname);
      // No lookup happens for these.
      if (isIP(hostname) !== 0 && !addresses.allows(hostname, hostname, portOf(url))) throw refusedAddress();
      const answer = await request(url, {
        dispatcher: agent,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': userAgent,
          'longshore-event': event,
          'longshore-delivery': deliveryId,
          'longshore-signature': signatureOf(secret, body, clock.now()),
        },
        body,
        signal: AbortSignal.any([deadline, stopping]),
        headersTimeout: totalMs,
        bodyTimeout: totalMs,
      });
      const shown = await readShown(answer.body);
      return outcomeOf(answer.statusCode, shown, answer.headers['retry-after']);
    } catch (error) {
      const isLate = deadline.aborted || performance.now() - began > totalMs;
      return failed(isLate ? reasons.timeout() : reasonOf(error), error instanceof WebhookAddressError);
    } finally {
      await agent.destroy();
    }
  };
}

/** The address that is connected to is the one that is looked at here: nothing is looked up a second time. */
function guardedLookup(addresses: WebhookAddresses, port: number): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) callback(error, []);
      else if (!found.every(({ address }) => addresses.allows(plainHost(hostname), address, port))) {
        callback(refusedAddress(), []);
      } else if (options.all === true) callback(null, found);
      else callback(null, found[0]?.address ?? '', found[0]?.family);
    });
  };
}

function refusedAddress(): WebhookAddressError {
  return new WebhookAddressError('The address may not be connected to.');
}

/** Sixteen kilobytes at most, whatever is sent. The answer counts even if its body breaks off. */
async function readShown(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= answerMaxBytes) break;
    }
  } catch {
    // What came until then is shown.
  }
  const text = Buffer.concat(chunks).subarray(0, answerMaxBytes).toString('utf8');
  return cleanText(text).slice(0, shownAnswerLength);
}

/** Lines and tabs stay; what else is not to be seen would be refused by the database or confuse a terminal. */
export function cleanText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- These are what is taken out.
  return text.replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, '').toWellFormed();
}

function outcomeOf(status: number, answer: string, retryAfter: string | string[] | undefined): SendOutcome {
  if (status >= 200 && status < 300) {
    return { isDelivered: true, isFinal: true, status, answer, reason: null };
  }
  const isRedirect = status >= 300 && status < 400;
  const reason = isRedirect ? reasons.redirect(status) : reasons.status(status);
  const isFinal = status < 500 && !passing.has(status);
  return { isDelivered: false, isFinal, status, answer, reason, retryAfterMs: secondsOf(retryAfter) };
}

function secondsOf(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,6}$/.test(header) ? Number(header) * millisecondsPerSecond : undefined;
}

function failed(reason: NoticeReason, isFinal: boolean): SendOutcome {
  return { isDelivered: false, isFinal, status: null, answer: null, reason };
}

const reason = (code: string, sentence: string, params: Record<string, string> = {}): NoticeReason => ({
  code,
  sentence,
  params,
});

const reasons = {
  timeout: () => reason('timeout', 'The receiver did not answer within ten seconds.'),
  redirect: (status: number) =>
    reason('redirect-refused', 'The receiver redirects to another address; notices do not follow.', {
      status: String(status),
    }),
  status: (status: number) => reason('status-refused', `The receiver answered ${status}.`, { status: String(status) }),
};

const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO/;

function reasonOf(error: unknown): NoticeReason {
  if (error instanceof WebhookAddressError) {
    return reason('address-refused', 'Notices may not be sent to the address that this name leads to.');
  }
  const code = codeOf(error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return reason('name-not-resolved', 'The host’s name is not known here.');
  }
  if (code === 'ECONNREFUSED') return reason('connection-refused', 'Nothing listens at the address.');
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return reasons.timeout();
  if (certificateCodes.test(code)) {
    return reason('certificate-untrusted', 'The receiver’s certificate is not trusted here.');
  }
  return reason('connection-lost', 'The connection broke before there was an answer.');
}

/** Where several addresses were tried, that of the first. */
function codeOf(error: unknown): string {
  const { code, errors } = error as { code?: unknown; errors?: unknown[] };
  if (typeof code === 'string') return code;
  return errors?.[0] === undefined ? '' : codeOf(errors[0]);
}
