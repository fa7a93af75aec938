import type { Notice, NoticeKind } from 'bff/contract/notices';
import { languageNames } from '../../i18n/language.ts';

/** Of mails. */
export const mailLanguages = { en: languageNames.en, zh: languageNames['zh-CN'] } as const;

export interface NoticeFormValues {
  name: string;
  channel: 'webhook' | 'mail';
  url: string;
  /** One a line, or with commas between them. */
  recipients: string;
  language: 'en' | 'zh';
  kinds: NoticeKind[];
  /** `''`: whatever copied. */
  policyId: string;
}

export interface NoticeBody {
  name: string;
  url?: string;
  recipients?: string[];
  language?: 'en' | 'zh';
  kinds: NoticeKind[];
  policyId: string | null;
}

export type NoticeField = 'name' | 'url' | 'recipients' | 'kinds';

/** @param policyId of a new one */
export function formOf(notice: Notice | undefined, language: 'en' | 'zh', policyId = ''): NoticeFormValues {
  if (notice === undefined) {
    return {
      name: '',
      channel: 'webhook',
      url: '',
      recipients: '',
      language,
      kinds: ['failed', 'recovered'],
      policyId,
    };
  }
  return {
    name: notice.name,
    channel: notice.channel,
    url: notice.url ?? '',
    recipients: notice.recipients.join('\n'),
    language: notice.language,
    kinds: [...notice.kinds],
    policyId: notice.policyId ?? '',
  };
}

export function bodyOf({ name, channel, url, recipients, language, kinds, policyId }: NoticeFormValues): NoticeBody {
  const common = { name: name.trim(), kinds, policyId: policyId === '' ? null : policyId };
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

const comparedFields = ['name', 'url', 'recipients', 'language', 'kinds', 'policyId'] as const;
export type ComparedField = (typeof comparedFields)[number];

/** What somebody else made different since the form was opened. */
export function changedFields(base: Notice, theirs: Notice): ComparedField[] {
  const [before, after] = [formOf(base, base.language), formOf(theirs, theirs.language)];
  return comparedFields.filter((field) => String(before[field]) !== String(after[field]));
}

function recipientsOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter((one) => one !== '');
}
