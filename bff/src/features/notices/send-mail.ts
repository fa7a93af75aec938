import { createTransport } from 'nodemailer';
import type { NoticeReason, SendOutcome } from './notices.ts';
import { cleanText } from './send-webhook.ts';

export interface Mail {
  readonly deliveryId: string;
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly text: string;
}

export type SendMail = (mail: Mail) => Promise<SendOutcome>;

export interface MailSettings {
  readonly url: { reveal(): string };
  readonly from: string;
}

const shownAnswerLength = 2000;
const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000, dnsTimeout: 10_000 };

/** One mail over the configured server. It throws for nothing. */
export function createMailSender({ url: secretUrl, from }: MailSettings): SendMail {
  const url = new URL(secretUrl.reveal());
  const isSecure = url.protocol === 'smtps:';
  const [user, pass] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  const transport = createTransport({
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (isSecure ? 465 : 587) : Number(url.port),
    secure: isSecure,
    // A password never goes over an open line.
    requireTLS: !isSecure && user !== '',
    ...(user === '' ? {} : { auth: { user, pass } }),
    disableFileAccess: true,
    disableUrlAccess: true,
    ...timeouts,
  });
  return async ({ deliveryId, recipients, subject, text }) => {
    try {
      const sent = await transport.sendMail({
        from,
        to: [...recipients],
        subject,
        text,
        messageId: `<${deliveryId}@longshore>`,
        headers: { 'Longshore-Delivery': deliveryId, 'Auto-Submitted': 'auto-generated' },
      });
      return {
        isDelivered: true,
        isFinal: true,
        status: statusOf(sent.response),
        answer: shown(sent.response),
        reason: sent.rejected.length === 0 ? null : someRefused(sent.rejected.map(String)),
      };
    } catch (error) {
      return refusalOf(error);
    }
  };
}

function statusOf(response: string): number | null {
  const found = /^\d{3}/.exec(response);
  return found === null ? null : Number(found[0]);
}

function shown(response: string): string {
  return cleanText(response).slice(0, shownAnswerLength);
}

function someRefused(recipients: readonly string[]): NoticeReason {
  const list = recipients.join(', ').slice(0, 500);
  return { code: 'recipients-refused', sentence: `The mail server refused ${list}.`, params: { recipients: list } };
}

function refusalOf(error: unknown): SendOutcome {
  const { code, response, responseCode } = error as { code?: unknown; response?: unknown; responseCode?: unknown };
  const status = typeof responseCode === 'number' ? responseCode : null;
  const answer = typeof response === 'string' ? shown(response) : null;
  // 5xx is for ever, by the standard; a refused password is corrected by somebody while the notice waits.
  const isFinal = status !== null && status >= 500 && code !== 'EAUTH' && code !== 'ETLS';
  return { isDelivered: false, isFinal, status, answer, reason: reasonOf(code, status) };
}

function reasonOf(code: unknown, status: number | null): NoticeReason {
  if (code === 'EAUTH') {
    return { code: 'mail-login-refused', sentence: 'The mail server refused the configured account.', params: {} };
  }
  if (code === 'ETLS') {
    const sentence = 'The mail server offers no trusted encryption, without which no password is sent.';
    return { code: 'mail-not-encrypted', sentence, params: {} };
  }
  if (status !== null) {
    const params = { status: String(status) };
    return { code: 'mail-refused', sentence: `The mail server answered ${status}.`, params };
  }
  return { code: 'mail-unreachable', sentence: 'The mail server did not answer.', params: {} };
}
