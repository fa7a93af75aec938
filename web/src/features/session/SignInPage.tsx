import Button from '@mui/material/Button';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getSession, signIn } from 'bff/contract/session';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useSearchParams } from 'react-router';
import { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';
import { announceSessionChange } from '../../api/session-signal.ts';
import { isOpenToAnybody, sessionQuery } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { useNow } from '../../i18n/now.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { Field } from '../../ui/Field.tsx';
import { Mark } from '../../ui/Mark.tsx';
import { PasswordField } from '../../ui/PasswordField.tsx';
import { LanguageMenu, ThemeMenu } from '../../ui/PreferenceMenus.tsx';
import { fieldText } from './field-text.ts';
import { safeReturnTo } from './return-to.ts';
import styles from './SignInPage.module.css';

export function SignInPage() {
  const { t } = useTranslation('session');
  const [search] = useSearchParams();
  const session = useQuery(sessionQuery());
  if (session.data?.account != null) {
    return <Navigate to={safeReturnTo(search.get('returnTo'), location.origin, paths.home())} replace />;
  }
  return (
    <div className={styles['page']}>
      <title>{`${t('signInTitle')} · Longshore`}</title>
      <header className={styles['preferences']}>
        <ThemeMenu />
        <LanguageMenu />
      </header>
      <main className={styles['main']}>
        <div className={styles['brand']}>
          <Mark size={44} />
          <h1>Longshore</h1>
          <p>{t('tagline')}</p>
        </div>
        <SignInForm />
        <p className={styles['hint']}>{t('firstTime')}</p>
        {session.data !== undefined && isOpenToAnybody(session.data) ? (
          <p className={styles['hint']}>
            <Link to={paths.projects()}>{t('browsePublic')}</Link>
          </p>
        ) : null}
      </main>
    </div>
  );
}

function SignInForm() {
  const { t } = useTranslation('session');
  const attempt = useSignIn();
  const form = useRef<HTMLFormElement>(null);
  const { refusals } = attempt;
  useEffect(() => {
    // The password has to be typed again; the username was probably right.
    if (refusals > 0) form.current?.querySelector<HTMLInputElement>('input[name="password"]')?.select();
  }, [refusals]);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    attempt.start(fieldText(fields, 'username').trim(), fieldText(fields, 'password'));
  };
  return (
    <form ref={form} className={styles['form']} onSubmit={submit} noValidate>
      {/* Named and marked as browsers and password managers expect. */}
      <Field
        label={t('username')}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        autoFocus
        required
        maxLength={255}
      />
      <PasswordField label={t('password')} name="password" autoComplete="current-password" required maxLength={1024} />
      <div role="alert" className={attempt.sentence === null ? undefined : styles['refusal']}>
        {attempt.sentence}
      </div>
      <Button
        type="submit"
        variant="contained"
        disabled={attempt.isBusy || attempt.waitSeconds > 0}
        sx={{ height: 38 }}
      >
        <SubmitWords isBusy={attempt.isBusy} waitSeconds={attempt.waitSeconds} />
      </Button>
    </form>
  );
}

function SubmitWords({ isBusy, waitSeconds }: { isBusy: boolean; waitSeconds: number }) {
  const { t } = useTranslation('session');
  const format = useFormat();
  if (isBusy) return t('signingIn');
  return waitSeconds > 0 ? t('waitButton', { time: format.clock(waitSeconds) }) : t('signIn');
}

const DEFAULT_WAIT_SECONDS = 30;

function useSignIn() {
  const { t } = useTranslation('session');
  const client = useQueryClient();
  const words = useErrorWords();
  const format = useFormat();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [refusals, setRefusals] = useState(0);
  const [isMissing, setIsMissing] = useState(false);
  const [waitUntilMs, setWaitUntilMs] = useState(0);
  const waitSeconds = Math.max(0, Math.ceil((waitUntilMs - useNow()) / 1000));

  const start = (username: string, password: string) => {
    setError(null);
    setIsMissing(username === '' || password === '');
    if (username === '' || password === '' || isBusy || waitSeconds > 0) return;
    setIsBusy(true);
    call(signIn, { body: { username, password } }).then(
      async (session) => {
        announceSessionChange();
        const { queryKey } = sessionQuery();
        // A question asked before, whose answer is still on its way, would say that nobody is signed in.
        await client.cancelQueries({ queryKey });
        // What was read before was what anybody may see.
        client.removeQueries({ predicate: (query) => query.queryKey[0] !== getSession.path });
        // The page then sees who is signed in and leaves for where one wanted to go.
        client.setQueryData(queryKey, (known) => ({ anonymousPermissions: [], ...known, ...session }));
      },
      (refusal: unknown) => {
        setIsBusy(false);
        setError(refusal);
        setRefusals((count) => count + 1);
        if (!(refusal instanceof ApiError) || refusal.code !== 'too-many-attempts') return;
        setWaitUntilMs(Date.now() + (refusal.problem?.retryAfterSeconds ?? DEFAULT_WAIT_SECONDS) * 1000);
      },
    );
  };
  const sentence = () => {
    if (isMissing) return t('missing');
    if (waitSeconds > 0) return t('wait', { time: format.clock(waitSeconds) });
    // The wait is over; its sentence would be wrong now.
    if (error instanceof ApiError && error.code === 'too-many-attempts') return null;
    return words(error)?.sentence ?? null;
  };
  return { start, isBusy, refusals, waitSeconds, sentence: sentence() };
}
