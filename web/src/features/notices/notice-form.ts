import type { Notice, NoticeKind } from 'bff/contract/notices';

export interface NoticeFormValues {
  name: string;
  channel: 'webhook' | 'mail';
  url: string;
  /** One a line, or with commas between them. */
  recipients: string;
  language: 'en' | 'zh';
  kinds: NoticeKind[];
}

export interface NoticeBody {
  name: string;
  url?: string;
  recipients?: string[];
  language?: 'en' | 'zh';
  kinds: NoticeKind[];
  policyId?: string | null;
}

export type NoticeField = 'name' | 'url' | 'recipients' | 'kinds';

export function formOf(notice: Notice | undefined, language: 'en' | 'zh'): NoticeFormValues {
  if (notice === undefined) {
    return { name: '', channel: 'webhook', url: '', recipients: '', language, kinds: ['failed', 'recovered'] };
  }
  return {
    name: notice.name,
    channel: notice.channel,
    url: notice.url ?? '',
    recipients: notice.recipients.join('\n'),
    language: notice.language,
    kinds: [...notice.kinds],
  };
}

export function bodyOf({ name, channel, url, recipients, language, kinds }: NoticeFormValues): NoticeBody {
  const common = { name: name.trim(), kinds };
  return channel === 'webhook'
    ? { ...common, url: url.trim() }
    : { ...common, recipients: recipientsOf(recipients), language };
}

/** What the server would refuse at first sight. */
export function findWrong(values: NoticeFormValues): NoticeField[] {
  const recipients = recipientsOf(values.recipients);
  const checks: Record<NoticeField, boolean> = {
    name: values.name.trim() === '' || values.name.trim().length > 100,
    url: values.channel === 'webhook' && !/^https?:\/\/[^\s/]+/i.test(values.url.trim()),
    recipients:
      values.channel === 'mail' &&
      (recipients.length === 0 || recipients.length > 20 || recipients.some((one) => !/^[^\s@]+@[^\s@]+$/.test(one))),
    kinds: values.kinds.length === 0,
  };
  return (['name', 'url', 'recipients', 'kinds'] as const).filter((field) => checks[field]);
}

function recipientsOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter((one) => one !== '');
}
