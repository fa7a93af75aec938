import CloseIcon from '@mui/icons-material/Close';
import Button from '@mui/material/Button';
import Drawer from '@mui/material/Drawer';
import IconButton from '@mui/material/IconButton';
import { useQuery } from '@tanstack/react-query';
import type { Notice, NoticeDelivery } from 'bff/contract/notices';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { toast } from '../../ui/toast.ts';
import { deliveryTone } from './notice-columns.tsx';
import styles from './notices.module.css';
import { deliveriesQueries, type NoticePlace, useNoticeActions } from './notices-queries.ts';

interface DeliveriesDrawerProps {
  place: NoticePlace;
  notice: Notice;
  onClose: () => void;
}

const OPEN_MS = 1500;
const QUIET_MS = 15_000;

/** What was sent, what came back, and the way to send it again. */
export function DeliveriesDrawer({ place, notice, onClose }: DeliveriesDrawerProps) {
  const { t } = useTranslation('notices');
  const errorWords = useErrorWords();
  const titleId = useId();
  const { data, error, refetch } = useDeliveries(place, notice.id);
  const { test } = useNoticeActions(place);
  const onError = (refusal: Error) => toast({ message: errorWords(refusal).sentence, tone: 'danger' });
  const words = errorWords(error);
  return (
    <Drawer
      anchor="right"
      open
      onClose={onClose}
      slotProps={{
        paper: { className: styles['paper'] ?? '', role: 'dialog', 'aria-modal': true, 'aria-labelledby': titleId },
      }}
    >
      <header className={styles['header']}>
        <h2 id={titleId}>{t('deliveries.title', { name: notice.name })}</h2>
        <Button
          autoFocus
          variant="outlined"
          disabled={test.isPending}
          onClick={() => test.mutate(notice.id, { onError })}
        >
          {t('test')}
        </Button>
        <IconButton aria-label={t('deliveries.close')} onClick={onClose}>
          <CloseIcon fontSize="small" />
        </IconButton>
      </header>
      {words !== null && data === undefined ? (
        <ErrorState title={t('deliveries.unread')} error={words} onRetry={() => void refetch()} />
      ) : null}
      {data?.items.length === 0 ? (
        <EmptyState title={t('deliveries.empty')}>{t('deliveries.emptyNext')}</EmptyState>
      ) : (
        <ul className={styles['deliveries']}>
          {(data?.items ?? []).map((delivery) => (
            <Delivery key={delivery.id} place={place} noticeId={notice.id} delivery={delivery} />
          ))}
        </ul>
      )}
    </Drawer>
  );
}

/** Asked for often while something is under way. */
function useDeliveries(place: NoticePlace, noticeId: string) {
  const queries = deliveriesQueries(place, noticeId);
  const intervalOf = (data: { items: readonly NoticeDelivery[] } | undefined) =>
    data?.items.some(({ state }) => state === 'waiting' || state === 'sending') === true ? OPEN_MS : QUIET_MS;
  const ofProject = useQuery({ ...queries.ofProject, refetchInterval: ({ state }) => intervalOf(state.data) });
  const ofSystem = useQuery({ ...queries.ofSystem, refetchInterval: ({ state }) => intervalOf(state.data) });
  return place === undefined ? ofSystem : ofProject;
}

interface DeliveryProps {
  place: NoticePlace;
  noticeId: string;
  delivery: NoticeDelivery;
}

function Delivery({ place, noticeId, delivery }: DeliveryProps) {
  const { t } = useTranslation('notices');
  const errorWords = useErrorWords();
  const { redeliver } = useNoticeActions(place);
  const { id, event, state, attempt, attemptsAllowed, nextAttemptAt, createdAt, executionId, attempts } = delivery;
  const again = () =>
    redeliver.mutate(
      { noticeId, deliveryId: id },
      { onError: (error) => toast({ message: errorWords(error).sentence, tone: 'danger' }) },
    );
  return (
    <li className={styles['delivery']}>
      <div className={styles['line']}>
        <StatusDot tone={deliveryTone[state]} label={t(`state.${state}`)} isActive={state === 'sending'} />
        <strong>{t(`event.${event}`)}</strong>
        <RelativeTime instant={createdAt} />
        <span className={styles['space']} />
        {executionId === null ? null : <Link to={paths.execution(executionId)}>{t('deliveries.execution')}</Link>}
        <Button size="small" disabled={state === 'sending' || redeliver.isPending} onClick={again}>
          {t('deliveries.again')}
        </Button>
      </div>
      {state === 'waiting' && attempt > 0 && nextAttemptAt !== null ? (
        <p className={styles['muted']}>
          {t('deliveries.next', { attempt: attempt + 1, allowed: attemptsAllowed })}{' '}
          <RelativeTime instant={nextAttemptAt} />
        </p>
      ) : null}
      <ol className={styles['attempts']} aria-label={t('deliveries.attempts')}>
        {attempts.map((one) => (
          <Attempt key={one.number} attempt={one} />
        ))}
      </ol>
      <code className={styles['id']}>{id}</code>
    </li>
  );
}

const knownReasons = [
  'timeout',
  'redirect-refused',
  'status-refused',
  'address-refused',
  'name-not-resolved',
  'connection-refused',
  'connection-lost',
  'certificate-untrusted',
  'notice-disabled',
  'notice-removed',
  'mail-not-configured',
  'mail-refused',
  'mail-login-refused',
  'mail-not-encrypted',
  'mail-unreachable',
  'recipients-refused',
  'secret-unreadable',
] as const;

function Attempt({ attempt }: { attempt: NoticeDelivery['attempts'][number] }) {
  const { t } = useTranslation('notices');
  const format = useFormat();
  const { number, at, durationMs, status, answer, reason } = attempt;
  const known = knownReasons.find((code) => code === reason?.code);
  const because =
    known === undefined
      ? reason?.sentence
      : t(`reason.${known}`, { status: reason?.params['status'], recipients: reason?.params['recipients'] });
  return (
    <li>
      <div className={styles['line']}>
        <span>{t('deliveries.attempt', { number })}</span>
        <span className={styles['status']}>{status ?? t('deliveries.noAnswer')}</span>
        <span className={styles['muted']}>{t('deliveries.took', { ms: format.number(durationMs) })}</span>
        <RelativeTime instant={at} />
      </div>
      {because === undefined ? null : <p>{because}</p>}
      {answer === null || answer === '' ? null : (
        <pre className={styles['answer']} aria-label={t('deliveries.answer')}>
          {answer}
        </pre>
      )}
    </li>
  );
}
