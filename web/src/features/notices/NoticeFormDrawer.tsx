import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { type NoticeKind, noticeKinds, type NoticeList } from 'bff/contract/notices';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/api-error.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { mailLanguages, type NoticeField, type NoticeFormValues } from './notice-form.ts';
import { NoticeConflict } from './NoticeConflict.tsx';
import { useNoticePolicies } from './notice-policies.ts';
import styles from './notices.module.css';
import type { NoticePlace } from './notices-queries.ts';
import { type EditedNotice, useNoticeForm } from './use-notice-form.ts';

interface NoticeFormDrawerProps extends EditedNotice {
  mail: NoticeList['mail'];
  outageAfterMinutes: number;
}

export function NoticeFormDrawer({ mail, outageAfterMinutes, ...edited }: NoticeFormDrawerProps) {
  const { t } = useTranslation('notices');
  const errorWords = useErrorWords();
  const { place, onClose } = edited;
  const { base, theirs, values, wrong, error, ...form } = useNoticeForm(edited);
  const { change } = form;
  const isAddressRefused = error instanceof ApiError && error.code === 'notice-address-refused';
  return (
    <FormDrawer
      isOpen
      title={base === undefined ? t('form.addTitle') : t('form.editTitle', { name: base.name })}
      submitLabel={t(
        base !== undefined ? 'form.save' : values.channel === 'mail' ? 'form.create' : 'form.createSecret',
      )}
      submitError={error === null || isAddressRefused ? null : errorWords(error)}
      isSubmitting={form.isSubmitting}
      isDirty={form.isDirty}
      onSubmit={form.submit}
      onClose={onClose}
    >
      {base === undefined || theirs === undefined ? null : (
        <NoticeConflict base={base} theirs={theirs} yours={values} onTake={form.takeTheirs} />
      )}
      <TextField
        label={t('form.name')}
        value={values.name}
        onChange={(event) => change({ name: event.target.value })}
        error={wrong.includes('name')}
        helperText={wrong.includes('name') ? t('form.wrong.name') : t('form.nameHint')}
        slotProps={{ inputLabel: { shrink: true } }}
        autoFocus
      />
      {base === undefined ? (
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
      <PolicyField place={place} policyId={values.policyId} onChange={change} />
      <Kinds
        kinds={values.kinds}
        minutes={outageAfterMinutes}
        isWrong={wrong.includes('kinds')}
        onChange={(kinds) => change({ kinds })}
      />
    </FormDrawer>
  );
}

interface PolicyFieldProps {
  place: NoticePlace;
  policyId: string;
  onChange: (part: Partial<NoticeFormValues>) => void;
}

/** Of everything that is copied, or of one policy. */
function PolicyField({ place, policyId, onChange }: PolicyFieldProps) {
  const { t } = useTranslation('notices');
  const { choicesFor, nameOf } = useNoticePolicies();
  const choices = choicesFor(place).map(({ id }) => id);
  return (
    <TextField
      select
      label={t('form.policy')}
      value={policyId}
      onChange={(event) => onChange({ policyId: event.target.value })}
      helperText={t('form.policyHint')}
      slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}
    >
      {[...new Set(['', ...choices, policyId])].map((id) => (
        <MenuItem key={id} value={id}>
          <bdi>{nameOf(id)}</bdi>
        </MenuItem>
      ))}
    </TextField>
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
        <MenuItem value="en">{mailLanguages.en}</MenuItem>
        <MenuItem value="zh">{mailLanguages.zh}</MenuItem>
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
  /** So long copies wait for a registry before it is told. */
  minutes: number;
  isWrong: boolean;
  onChange: (kinds: NoticeKind[]) => void;
}

function Kinds({ kinds, minutes, isWrong, onChange }: KindsProps) {
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
            <small>{t(`kindHint.${kind}`, { minutes })}</small>
          </span>
        </label>
      ))}
      {isWrong ? <p className={styles['wrong']}>{t('form.wrong.kinds')}</p> : null}
    </fieldset>
  );
}
