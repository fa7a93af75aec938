import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { type Notice, type NoticeKind, noticeKinds, type NoticeList } from 'bff/contract/notices';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/api-error.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { toast } from '../../ui/toast.ts';
import { bodyOf, findWrong, formOf, type NoticeField, type NoticeFormValues } from './notice-form.ts';
import styles from './notices.module.css';
import { type NoticePlace, useNoticeActions } from './notices-queries.ts';

interface NoticeFormDrawerProps {
  place: NoticePlace;
  /** Left out for a new one. */
  notice: Notice | undefined;
  mail: NoticeList['mail'];
  onCreated: (made: { name: string; secret: string }) => void;
  onClose: () => void;
}

export function NoticeFormDrawer({ place, notice, mail, onCreated, onClose }: NoticeFormDrawerProps) {
  const { t, i18n } = useTranslation('notices');
  const errorWords = useErrorWords();
  const [start] = useState(() => formOf(notice, i18n.language.startsWith('zh') ? 'zh' : 'en'));
  const [values, setValues] = useState(start);
  const [wrong, setWrong] = useState<readonly NoticeField[]>([]);
  const { create, update } = useNoticeActions(place);
  const error = create.error ?? update.error;
  const isAddressRefused = error instanceof ApiError && error.code === 'notice-address-refused';
  const change = (part: Partial<NoticeFormValues>) => setValues((before) => ({ ...before, ...part }));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = findWrong(values);
    setWrong(found);
    if (found.length > 0) return;
    try {
      if (notice === undefined) {
        const { name, secret } = await create.mutateAsync({ channel: values.channel, ...bodyOf(values) });
        onClose();
        if (secret === null) toast({ message: t('form.made', { name }), tone: 'ok' });
        else onCreated({ name, secret });
        return;
      }
      const { id: noticeId, version, isDisabled, policyId } = notice;
      const body = { version, isDisabled, policyId, ...bodyOf(values) };
      await update.mutateAsync({ noticeId, change: body });
      toast({ message: t('form.saved', { name: body.name }), tone: 'ok' });
      onClose();
    } catch {
      // The mutation keeps what the server said, and the form shows it.
    }
  };
  return (
    <FormDrawer
      isOpen
      title={notice === undefined ? t('form.addTitle') : t('form.editTitle', { name: notice.name })}
      submitLabel={t(
        notice !== undefined ? 'form.save' : values.channel === 'mail' ? 'form.create' : 'form.createSecret',
      )}
      submitError={error === null || isAddressRefused ? null : errorWords(error)}
      isSubmitting={create.isPending || update.isPending}
      isDirty={JSON.stringify(values) !== JSON.stringify(start)}
      onSubmit={(event) => void submit(event)}
      onClose={onClose}
    >
      <TextField
        label={t('form.name')}
        value={values.name}
        onChange={(event) => change({ name: event.target.value })}
        error={wrong.includes('name')}
        helperText={wrong.includes('name') ? t('form.wrong.name') : t('form.nameHint')}
        slotProps={{ inputLabel: { shrink: true } }}
        autoFocus
      />
      {notice === undefined ? (
        <TextField
          select
          label={t('form.channel')}
          value={values.channel}
          onChange={(event) => change({ channel: event.target.value === 'mail' ? 'mail' : 'webhook' })}
          slotProps={{ inputLabel: { shrink: true } }}
        >
          <MenuItem value="webhook">{t('channel.webhook')}</MenuItem>
          <MenuItem value="mail">{t('channel.mail')}</MenuItem>
        </TextField>
      ) : null}
      {values.channel === 'webhook' ? (
        <TextField
          label={t('form.url')}
          value={values.url}
          onChange={(event) => change({ url: event.target.value })}
          error={wrong.includes('url') || isAddressRefused}
          helperText={
            isAddressRefused ? t('form.wrong.refused') : t(wrong.includes('url') ? 'form.wrong.url' : 'form.urlHint')
          }
          slotProps={{ inputLabel: { shrink: true }, htmlInput: { inputMode: 'url', spellCheck: false } }}
        />
      ) : (
        <MailFields values={values} wrong={wrong} mail={mail} onChange={change} />
      )}
      <Kinds kinds={values.kinds} isWrong={wrong.includes('kinds')} onChange={(kinds) => change({ kinds })} />
    </FormDrawer>
  );
}

interface MailFieldsProps {
  values: NoticeFormValues;
  wrong: readonly NoticeField[];
  mail: NoticeList['mail'];
  onChange: (part: Partial<NoticeFormValues>) => void;
}

function MailFields({ values, wrong, mail, onChange }: MailFieldsProps) {
  const { t } = useTranslation('notices');
  return (
    <>
      {mail.isConfigured ? null : <MailMissing />}
      <TextField
        label={t('form.recipients')}
        value={values.recipients}
        onChange={(event) => onChange({ recipients: event.target.value })}
        error={wrong.includes('recipients')}
        helperText={
          wrong.includes('recipients')
            ? t('form.wrong.recipients')
            : mail.from === null
              ? t('form.recipientsHint')
              : t('form.recipientsFrom', { from: mail.from })
        }
        multiline
        minRows={2}
        slotProps={{ inputLabel: { shrink: true } }}
      />
      <TextField
        select
        label={t('form.language')}
        value={values.language}
        onChange={(event) => onChange({ language: event.target.value === 'zh' ? 'zh' : 'en' })}
        slotProps={{ inputLabel: { shrink: true } }}
      >
        <MenuItem value="en">English</MenuItem>
        <MenuItem value="zh">简体中文</MenuItem>
      </TextField>
    </>
  );
}

/** What whoever runs the server has to set. */
function MailMissing() {
  const { t } = useTranslation('notices');
  return (
    <div className={styles['missing']} role="note">
      <p>{t('mail.missing')}</p>
      <pre>{'mail:\n  url: smtp://mail.example.com:587\n  from: longshore@example.com'}</pre>
      <p>{t('mail.environment')}</p>
    </div>
  );
}

interface KindsProps {
  kinds: readonly NoticeKind[];
  isWrong: boolean;
  onChange: (kinds: NoticeKind[]) => void;
}

function Kinds({ kinds, isWrong, onChange }: KindsProps) {
  const { t } = useTranslation('notices');
  return (
    <fieldset className={styles['kinds']}>
      <legend>{t('form.kinds')}</legend>
      {noticeKinds.map((kind) => (
        <label key={kind} className={styles['kind']}>
          <input
            type="checkbox"
            checked={kinds.includes(kind)}
            onChange={(event) =>
              onChange(noticeKinds.filter((one) => (one === kind ? event.target.checked : kinds.includes(one))))
            }
          />
          <span>
            {t(`kind.${kind}`)}
            <small>{t(`kindHint.${kind}`)}</small>
          </span>
        </label>
      ))}
      {isWrong ? <p className={styles['wrong']}>{t('form.wrong.kinds')}</p> : null}
    </fieldset>
  );
}
