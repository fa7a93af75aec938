import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import type { Collection } from 'bff/contract/collections';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { ApiError } from '../../api/api-error.ts';
import { useCan } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { Figures } from '../../domain/tasks/Figures.tsx';
import { useNow } from '../../i18n/now.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { Breadcrumbs } from '../../ui/Breadcrumbs.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Page } from '../../ui/Page.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { collectionTone, hasSwept, reclaimedBytes, refusedMs } from './collection-words.ts';
import { CollectionLog } from './CollectionLog.tsx';
import { collectionQuery, registryQuery, useCollectionActions, useLiveCollections } from './collections-queries.ts';
import { CollectionSteps } from './CollectionSteps.tsx';
import styles from './collections.module.css';

/** One run, live: its steps down the page, what each found, and every line that was said. */
export function CollectionPage() {
  const { t } = useTranslation(['collections', 'reasons']);
  const { registryId = '', collectionId = '' } = useParams();
  const errorWords = useErrorWords();
  const { data: registry } = useQuery(registryQuery(registryId));
  const { data, error, refetch } = useQuery(collectionQuery(registryId, collectionId));
  useLiveCollections(registryId);
  const above = (
    <Breadcrumbs
      links={[
        { label: t('registries'), to: paths.registries() },
        { label: registry?.name ?? registryId, to: paths.registry(registryId) },
        { label: t('title'), to: paths.collections(registryId) },
      ]}
    />
  );
  if (data === undefined) {
    const isGone = error instanceof ApiError && (error.status === 404 || error.status === 400);
    return (
      <Page title={t('title')} above={above}>
        {error === null ? null : isGone ? (
          <EmptyState title={t('notFound')}>{null}</EmptyState>
        ) : (
          <ErrorState title={t('notRead')} error={errorWords(error)} onRetry={() => void refetch()} />
        )}
      </Page>
    );
  }
  const { collection, steps } = data;
  return (
    <Page
      title={t(`run.title.${collection.kind}`)}
      above={above}
      facts={<RunFacts run={collection} />}
      action={<StopButton run={collection} />}
    >
      <RunReason run={collection} />
      <RunFigures run={collection} />
      <CollectionSteps kind={collection.kind} steps={steps} isOver={collection.state !== 'running'} />
      <CollectionLog registryId={registryId} collectionId={collectionId} />
    </Page>
  );
}

function RunFacts({ run }: { run: Collection }) {
  const { t } = useTranslation('collections');
  const { duration } = useFormat();
  const state = run.state === 'running' && run.isStopping ? 'stopping' : run.state;
  return (
    <>
      <span role="status">
        <StatusDot tone={collectionTone(run)} label={t(`state.${state}`)} isActive={run.state === 'running'} />
      </span>
      <span>
        {run.isScheduled ? t('run.bySchedule') : t('run.askedBy', { who: run.askedBy ?? '–' })}{' '}
        <RelativeTime instant={run.createdAt} />
      </span>
      {run.kind === 'collection' ? <span>{t('run.limit', { time: duration(run.limitMinutes * 60_000) })}</span> : null}
    </>
  );
}

function RunReason({ run: { reason, state } }: { run: Collection }) {
  const reasonText = useReasonText();
  if (reason === null) return null;
  return (
    <div className={styles['banner']} data-tone={state === 'stopped' ? 'neutral' : 'danger'} role="status">
      {reasonText(reason)}
    </div>
  );
}

function RunFigures({ run }: { run: Collection }) {
  const { t } = useTranslation('collections');
  const { bytes, duration, number } = useFormat();
  const refused = refusedMs(run, useNow());
  const reclaimed = reclaimedBytes(run);
  const figures = [
    { key: 'before', label: t('run.before'), value: run.bytesBefore === null ? null : bytes(run.bytesBefore) },
    { key: 'after', label: t('run.after'), value: run.bytesAfter === null ? null : bytes(run.bytesAfter) },
    { key: 'reclaimed', label: t('run.reclaimed'), value: reclaimed === null ? null : bytes(reclaimed) },
    { key: 'removed', label: t('run.removed'), value: run.removedCount === null ? null : number(run.removedCount) },
    { key: 'refused', label: t('run.refused'), value: refused === null ? null : duration(refused) },
  ].filter(({ value }) => value !== null);
  if (figures.length === 0) return null;
  return (
    <div className={styles['figures']}>
      <Figures figures={figures} />
    </div>
  );
}

function StopButton({ run }: { run: Collection }) {
  const { t } = useTranslation('collections');
  const errorWords = useErrorWords();
  const canManage = useCan('registry.manage');
  const { stop } = useCollectionActions(run.registryId);
  const [isAsking, setAsking] = useState(false);
  if (!canManage || run.state !== 'running') return null;
  return (
    <>
      <Button variant="outlined" disabled={run.isStopping} onClick={() => setAsking(true)}>
        {t(run.isStopping ? 'state.stopping' : 'stop.action')}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        title={t('stop.title')}
        confirmLabel={t('stop.action')}
        isBusy={stop.isPending}
        error={errorWords(stop.error)}
        onConfirm={() => stop.mutate(run.id, { onSuccess: () => setAsking(false) })}
        onClose={() => setAsking(false)}
      >
        <p>{t(hasSwept(run) ? 'stop.after' : 'stop.before')}</p>
      </ConfirmDialog>
    </>
  );
}
