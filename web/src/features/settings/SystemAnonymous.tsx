import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import { useQuery } from '@tanstack/react-query';
import type { Settings } from 'bff/contract/settings';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { paths } from '../../paths.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Sentence } from '../../ui/Sentence.tsx';
import { toast } from '../../ui/toast.ts';
import { publicProjects } from './system-public.ts';
import { projectsQuery, settingsQuery, useSettingsActions } from './system-queries.ts';
import styles from './system.module.css';

/** Whether people who are not signed in may look and pull, and what that shows them. */
export function SystemAnonymous() {
  const { t } = useTranslation('settings');
  const errorWords = useErrorWords();
  const { data, error, refetch } = useQuery(settingsQuery());
  return (
    <section className={styles['section']} aria-labelledby="settings-anonymous">
      <h2 id="settings-anonymous">{t('system.anonymous.title')}</h2>
      <p className={styles['muted']}>{t('system.anonymous.words')}</p>
      {data !== undefined ? (
        <AnonymousSwitch settings={data} />
      ) : error === null ? (
        <div className={styles['skeleton']} aria-busy="true" />
      ) : (
        <ErrorState title={t('system.notRead')} error={errorWords(error)} onRetry={() => void refetch()} />
      )}
    </section>
  );
}

function AnonymousSwitch({ settings }: { settings: Settings }) {
  const { t } = useTranslation('settings');
  const [isAsking, setIsAsking] = useState(false);
  const hintId = useId();
  const { allowsAnonymous, updatedAt } = settings;
  return (
    <>
      <FormControlLabel
        control={
          <Switch
            checked={allowsAnonymous}
            onChange={() => setIsAsking(true)}
            slotProps={{ input: { 'aria-describedby': hintId } }}
          />
        }
        label={t('system.anonymous.label')}
      />
      <div id={hintId}>
        <WhatIsPublic isAllowed={allowsAnonymous} />
      </div>
      {updatedAt === null ? null : (
        <p className={styles['muted']}>
          <Sentence text={t('system.changed')} parts={{ when: <RelativeTime instant={updatedAt} /> }} />
        </p>
      )}
      {isAsking ? <AskAnonymous settings={settings} onClose={() => setIsAsking(false)} /> : null}
    </>
  );
}

function usePublicNames(): string[] | undefined {
  const { data } = useQuery(projectsQuery());
  return data === undefined ? undefined : publicProjects(data.items).map(({ name }) => name);
}

function WhatIsPublic({ isAllowed }: { isAllowed: boolean }) {
  const { t } = useTranslation('settings');
  const names = usePublicNames();
  if (names === undefined) return null;
  if (names.length === 0) return <p>{t('system.anonymous.nothingPublic')}</p>;
  return (
    <p>
      {t(isAllowed ? 'system.anonymous.visible' : 'system.anonymous.wouldBeVisible', { count: names.length })}{' '}
      {names.map((name, index) => (
        <span key={name}>
          {index === 0 ? null : ', '}
          <Link to={paths.project(name)}>
            <bdi>{name}</bdi>
          </Link>
        </span>
      ))}
    </p>
  );
}

function AskAnonymous({ settings, onClose }: { settings: Settings; onClose: () => void }) {
  const { t } = useTranslation('settings');
  const errorWords = useErrorWords();
  const { save } = useSettingsActions();
  const names = usePublicNames() ?? [];
  const isAllowing = !settings.allowsAnonymous;
  const kind = isAllowing ? 'allow' : 'forbid';
  return (
    <ConfirmDialog
      isOpen
      title={t(`system.anonymous.${kind}.title`)}
      touched={names}
      confirmLabel={t(`system.anonymous.${kind}.action`)}
      isBusy={save.isPending}
      error={errorWords(save.error)}
      onConfirm={() =>
        save.mutate(
          { version: settings.version, allowsAnonymous: isAllowing },
          {
            onSuccess: () => {
              toast({ message: t(`system.anonymous.${kind}.done`), tone: 'ok' });
              onClose();
            },
          },
        )
      }
      onClose={onClose}
    >
      <p>{names.length === 0 ? t('system.anonymous.nothingPublic') : t(`system.anonymous.${kind}.words`)}</p>
    </ConfirmDialog>
  );
}
