import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { changePassword } from 'bff/contract/session';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';
import { useAccount } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { Page } from '../../ui/Page.tsx';
import { PasswordField } from '../../ui/PasswordField.tsx';
import { toast } from '../../ui/toast.ts';
import styles from './AccountPage.module.css';
import { fieldText } from './field-text.ts';

const LEAST_LENGTH = 12;

interface AccountPageProps {
  /** Further sections, of other features. */
  children?: ReactNode;
}

export function AccountPage({ children }: AccountPageProps) {
  const { t } = useTranslation('session');
  const account = useAccount();
  return (
    <Page title={t('accountTitle')} facts={<span>{account.displayName}</span>}>
      <dl className={styles['facts']}>
        <dt>{t('factUsername')}</dt>
        <dd>{account.username}</dd>
        <dt>{t('factRole')}</dt>
        <dd>{account.isSystemAdmin ? t('systemAdmin') : t('member')}</dd>
      </dl>
      <section className={styles['section']} aria-labelledby="change-password">
        <h2 id="change-password">{t('changeTitle')}</h2>
        <p>{t('changeWords')}</p>
        <PasswordForm username={account.username} />
      </section>
      {children}
    </Page>
  );
}

interface FieldErrors {
  current?: string;
  next?: string;
}

function PasswordForm({ username }: { username: string }) {
  const { t } = useTranslation('session');
  const words = useErrorWords();
  const form = useRef<HTMLFormElement>(null);
  const [wrong, setWrong] = useState<FieldErrors>({});
  const change = useMutation({
    mutationFn: (body: { currentPassword: string; newPassword: string }) => call(changePassword, { body }),
    onSuccess: () => {
      form.current?.reset();
      toast({ message: t('changed'), tone: 'ok' });
    },
    onError: (error: unknown) => {
      if (!(error instanceof ApiError)) return;
      if (error.code === 'credentials-wrong') setWrong({ current: t('currentWrong') });
      if (error.code === 'password-too-weak') setWrong({ next: words(error).sentence });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const currentPassword = fieldText(fields, 'currentPassword');
    const newPassword = fieldText(fields, 'newPassword');
    const found: FieldErrors = {
      ...(currentPassword === '' ? { current: t('enterCurrent') } : {}),
      ...(newPassword.length < LEAST_LENGTH ? { next: t('tooShort') } : {}),
    };
    setWrong(found);
    if (found.current === undefined && found.next === undefined) change.mutate({ currentPassword, newPassword });
  };
  const isElsewhere = change.error !== null && wrong.current === undefined && wrong.next === undefined;
  return (
    <form ref={form} className={styles['form']} onSubmit={submit} noValidate>
      {/* Password managers need to see whose password it is. */}
      <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
      <PasswordField
        label={t('currentPassword')}
        name="currentPassword"
        autoComplete="current-password"
        maxLength={1024}
        error={wrong.current}
      />
      <PasswordField
        label={t('newPassword')}
        name="newPassword"
        autoComplete="new-password"
        maxLength={1024}
        hint={t('newPasswordHint')}
        error={wrong.next}
      />
      {isElsewhere ? <p role="alert">{words(change.error)?.sentence}</p> : null}
      <div>
        <Button type="submit" variant="contained" disabled={change.isPending}>
          {t('change')}
        </Button>
      </div>
    </form>
  );
}
