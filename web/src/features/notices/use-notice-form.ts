import { useQueryClient } from '@tanstack/react-query';
import type { Notice } from 'bff/contract/notices';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/api-error.ts';
import { toast } from '../../ui/toast.ts';
import { bodyOf, findWrong, formOf, type NoticeField, type NoticeFormValues } from './notice-form.ts';
import { type NoticePlace, readNotice, useNoticeActions } from './notices-queries.ts';

export interface EditedNotice {
  place: NoticePlace;
  /** Left out for a new one. */
  notice: Notice | undefined;
  /** Of a new one: the policy it is about, or `''`. */
  policyId: string;
  onCreated: (made: { name: string; secret: string }) => void;
  onClose: () => void;
}

/** What was typed, what is wrong with it, and its saving. */
export function useNoticeForm({ place, notice, policyId, onCreated, onClose }: EditedNotice) {
  const { t, i18n } = useTranslation('notices');
  const client = useQueryClient();
  // The notice as the form knows it: the list is read again meanwhile, and what somebody else saved is theirs.
  const [base, setBase] = useState(notice);
  const [theirs, setTheirs] = useState<Notice>();
  const start = formOf(base, i18n.language.startsWith('zh') ? 'zh' : 'en', policyId);
  const [values, setValues] = useState(start);
  const [wrong, setWrong] = useState<readonly NoticeField[]>([]);
  const { create, update } = useNoticeActions(place);
  const make = async () => {
    const { name, secret } = await create.mutateAsync({ channel: values.channel, ...bodyOf(values) });
    onClose();
    if (secret === null) toast({ message: t('form.made', { name }), tone: 'ok' });
    else onCreated({ name, secret });
  };
  const save = async (before: Notice) => {
    const { version } = theirs ?? before;
    try {
      const { name } = await update.mutateAsync({ noticeId: before.id, change: { version, ...bodyOf(values) } });
      toast({ message: t('form.saved', { name }), tone: 'ok' });
      onClose();
    } catch (failure) {
      if (!(failure instanceof ApiError) || failure.code !== 'version-conflict') return;
      const saved = await readNotice(client, place, before.id);
      if (saved === undefined) return;
      setTheirs(saved);
      update.reset();
    }
  };
  return {
    base,
    theirs,
    values,
    wrong,
    error: create.error ?? update.error,
    isSubmitting: create.isPending || update.isPending,
    isDirty: JSON.stringify(values) !== JSON.stringify(start),
    change: (part: Partial<NoticeFormValues>) => setValues((before) => ({ ...before, ...part })),
    takeTheirs: () => {
      if (theirs === undefined) return;
      setBase(theirs);
      setTheirs(undefined);
      setValues(formOf(theirs, theirs.language));
    },
    submit: (event: FormEvent) => {
      event.preventDefault();
      const found = findWrong(values);
      setWrong(found);
      if (found.length > 0) return;
      // The mutation keeps what the server said, and the form shows it.
      (base === undefined ? make() : save(base)).catch(() => undefined);
    },
  };
}
