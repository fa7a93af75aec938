import MoreIcon from '@mui/icons-material/MoreVert';
import type { Notice } from 'bff/contract/notices';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useNoticePolicies } from './notice-policies.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import type { MenuAction } from '../../ui/menu-action.ts';
import { MenuButton } from '../../ui/MenuButton.tsx';
import { paths } from '../../paths.ts';
import { StatusDot, type Tone } from '../../ui/StatusDot.tsx';
import type { Column } from '../../ui/table-columns.ts';
import styles from './notices.module.css';

export const deliveryTone: Readonly<Record<'waiting' | 'sending' | 'delivered' | 'failed', Tone>> = {
  waiting: 'warn',
  sending: 'accent',
  delivered: 'ok',
  failed: 'danger',
};

export function useNoticeColumns(actionsOf: (notice: Notice) => readonly MenuAction[]): Column<Notice>[] {
  const { t } = useTranslation('notices');
  return useMemo(
    (): Column<Notice>[] => [
      {
        key: 'name',
        header: t('column.name'),
        minWidth: 260,
        grow: 3,
        narrow: 'title',
        cell: ({ name, channel, url, recipients }) => {
          const receiver = channel === 'webhook' ? (url ?? '') : recipients.join(', ');
          return (
            <span className={styles['who']} title={`${name}\n${receiver}`}>
              <bdi>{name}</bdi>
              <span className={styles['muted']}>
                {t(`channel.${channel}`)} · <bdi>{receiver}</bdi>
              </span>
            </span>
          );
        },
      },
      {
        key: 'kinds',
        header: t('column.kinds'),
        minWidth: 200,
        grow: 2,
        cell: ({ kinds }) => kinds.map((kind) => t(`kind.${kind}`)).join(t('comma')),
      },
      {
        key: 'policy',
        header: t('column.policy'),
        minWidth: 140,
        grow: 1,
        cell: ({ policyId }) => <NoticePolicy policyId={policyId} />,
      },
      {
        key: 'last',
        header: t('column.last'),
        width: 260,
        narrow: 'hidden',
        cell: ({ lastDelivery }) =>
          lastDelivery === null ? (
            <span className={styles['muted']}>{t('never')}</span>
          ) : (
            <span className={styles['who']}>
              <StatusDot tone={deliveryTone[lastDelivery.state]} label={t(`state.${lastDelivery.state}`)} />
              <span className={styles['muted']}>
                {t(`event.${lastDelivery.event}`)} · <RelativeTime instant={lastDelivery.at} />
              </span>
            </span>
          ),
      },
      {
        key: 'state',
        header: t('column.state'),
        width: 120,
        narrow: 'end',
        cell: ({ isDisabled }) => (
          <StatusDot tone={isDisabled ? 'neutral' : 'ok'} label={t(isDisabled ? 'isOff' : 'isOn')} />
        ),
      },
      {
        key: 'menu',
        header: t('column.menu'),
        headerContent: <span className="visually-hidden">{t('column.menu')}</span>,
        width: 56,
        align: 'end',
        narrow: 'end',
        cell: (notice) => (
          <MenuButton
            label={t('actions', { name: notice.name })}
            icon={<MoreIcon fontSize="small" />}
            actions={actionsOf(notice)}
          />
        ),
      },
    ],
    [t, actionsOf],
  );
}

/** Whose copies it tells of. */
function NoticePolicy({ policyId }: { policyId: string | null }) {
  const { nameOf, isKnown } = useNoticePolicies();
  if (policyId === null || !isKnown(policyId)) return <span className={styles['muted']}>{nameOf(policyId ?? '')}</span>;
  return (
    <Link to={paths.policy(policyId)}>
      <bdi>{nameOf(policyId)}</bdi>
    </Link>
  );
}
