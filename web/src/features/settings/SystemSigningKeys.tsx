import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import type { SigningKey } from 'bff/contract/settings';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Sentence } from '../../ui/Sentence.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { toast } from '../../ui/toast.ts';
import { registriesQuery, signingKeysQuery, useSettingsActions } from './system-queries.ts';
import styles from './system.module.css';

/** The keys that tokens are signed with, and the way to a new one. */
export function SystemSigningKeys() {
  const { t } = useTranslation('settings');
  const errorWords = useErrorWords();
  const { data, error, refetch } = useQuery(signingKeysQuery());
  const [isAsking, setIsAsking] = useState(false);
  return (
    <section className={styles['section']} aria-labelledby="settings-keys">
      <div className={styles['head']}>
        <h2 id="settings-keys">{t('system.keys.title')}</h2>
        <Button variant="outlined" onClick={() => setIsAsking(true)}>
          {t('system.keys.rotate')}
        </Button>
      </div>
      <p className={styles['muted']}>{t('system.keys.words')}</p>
      {data !== undefined ? (
        <ul className={styles['keys']}>
          {data.items.map((key) => (
            <KeyRow key={key.keyId} signingKey={key} />
          ))}
        </ul>
      ) : error === null ? (
        <div className={styles['skeleton']} aria-busy="true" />
      ) : (
        <ErrorState title={t('system.keys.notRead')} error={errorWords(error)} onRetry={() => void refetch()} />
      )}
      {isAsking ? <RotateDialog onClose={() => setIsAsking(false)} /> : null}
    </section>
  );
}

function KeyRow({ signingKey }: { signingKey: SigningKey }) {
  const { t } = useTranslation('settings');
  const { moment } = useFormat();
  const { keyId, state, createdAt, retiresAt, certificatePem } = signingKey;
  return (
    <li className={styles['key']}>
      <StatusDot tone={state === 'current' ? 'ok' : 'neutral'} label={t(`system.keys.state.${state}`)} />
      <code className={styles['keyId']} title={keyId}>
        {keyId}
      </code>
      <span className={styles['muted']}>
        <Sentence text={t('system.keys.made')} parts={{ when: <RelativeTime instant={createdAt} /> }} />
        {retiresAt === null ? null : (
          <>
            {' · '}
            {t('system.keys.trustedUntil', { time: moment(retiresAt) })}
          </>
        )}
      </span>
      <CopyButton text={certificatePem} label={t('system.keys.certificate')} />
    </li>
  );
}

/** A registry knows keys by the file it was given: one that trusts Longshore must get the new one. */
function RotateDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('settings');
  const errorWords = useErrorWords();
  const { rotate } = useSettingsActions();
  const { data } = useQuery(registriesQuery());
  const trusting = (data?.items ?? []).filter(({ trustsLongshore }) => trustsLongshore);
  return (
    <ConfirmDialog
      isOpen
      title={t('system.keys.ask.title')}
      touched={[
        t('system.keys.ask.signs'),
        t('system.keys.ask.old'),
        ...trusting.map(({ name }) => t('system.keys.ask.registry', { name })),
      ]}
      confirmLabel={t('system.keys.ask.action')}
      isDangerous={trusting.length > 0}
      isBusy={rotate.isPending}
      error={errorWords(rotate.error)}
      onConfirm={() =>
        rotate.mutate(undefined, {
          onSuccess: () => {
            toast({ message: t('system.keys.rotated'), tone: 'ok' });
            onClose();
          },
        })
      }
      onClose={onClose}
    >
      <p>{t(trusting.length === 0 ? 'system.keys.ask.words' : 'system.keys.ask.wordsRegistries')}</p>
    </ConfirmDialog>
  );
}
