import MoreIcon from '@mui/icons-material/MoreVert';
import type { Robot } from 'bff/contract/robots';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useNow } from '../../i18n/now.ts';
import type { MenuAction } from '../../ui/menu-action.ts';
import { MenuButton } from '../../ui/MenuButton.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import type { Column } from '../../ui/table-columns.ts';
import { overlapEnd, stateOf, stateTone } from './robot-state.ts';
import styles from './robots.module.css';
import { useRobotWords } from './use-robot-words.ts';

const MINUTE_MS = 60_000;

/** `actionsOf`: what the reader may do with an account; none leaves its menu out. */
export function useRobotColumns(actionsOf: (robot: Robot) => readonly MenuAction[]): Column<Robot>[] {
  const { t } = useTranslation('robots');
  const words = useRobotWords();
  const nowMs = useNow(MINUTE_MS);
  return useMemo(
    (): Column<Robot>[] => [
      {
        key: 'name',
        header: t('column.name'),
        minWidth: 260,
        grow: 2,
        narrow: 'title',
        cell: ({ loginName, description }) => (
          <span className={styles['who']} title={description === '' ? loginName : `${loginName} · ${description}`}>
            <bdi className={styles['login']}>{loginName}</bdi>
            {description === '' ? null : <span className={styles['muted']}>{description}</span>}
          </span>
        ),
      },
      {
        key: 'permissions',
        header: t('column.permissions'),
        minWidth: 280,
        grow: 4,
        cell: ({ permissions }) => (
          <span className={styles['permissions']} title={permissions.map(words.permission).join('\n')}>
            {words.permissions(permissions)}
          </span>
        ),
      },
      {
        key: 'expires',
        header: t('column.expires'),
        width: 130,
        narrow: 'hidden',
        cell: ({ expiresAt }) =>
          expiresAt === null ? (
            <span className={styles['muted']}>{t('never')}</span>
          ) : (
            <RelativeTime instant={expiresAt} />
          ),
      },
      {
        key: 'used',
        header: t('column.used'),
        width: 190,
        narrow: 'hidden',
        cell: (robot) => <Used robot={robot} />,
      },
      {
        key: 'state',
        header: t('column.state'),
        width: 190,
        narrow: 'end',
        cell: (robot) => {
          const state = stateOf(robot, nowMs);
          const end = overlapEnd(robot);
          return (
            <span className={styles['who']}>
              <StatusDot tone={stateTone[state]} label={t(`state.${state}`)} />
              {end === null ? null : (
                <span className={styles['muted']}>
                  {t('twoSecrets')} <RelativeTime instant={end} />
                </span>
              )}
            </span>
          );
        },
      },
      {
        key: 'menu',
        header: t('column.menu'),
        headerContent: <span className="visually-hidden">{t('column.menu')}</span>,
        width: 56,
        align: 'end',
        narrow: 'end',
        cell: (robot) => {
          const actions = actionsOf(robot);
          if (actions.length === 0) return null;
          return (
            <MenuButton
              label={t('actions', { name: robot.loginName })}
              icon={<MoreIcon fontSize="small" />}
              actions={actions}
            />
          );
        },
      },
    ],
    [t, words, nowMs, actionsOf],
  );
}

function Used({ robot: { lastUsedAt, lastUsedFrom } }: { robot: Robot }) {
  const { t } = useTranslation('robots');
  if (lastUsedAt === null) return <span className={styles['muted']}>{t('neverUsed')}</span>;
  return (
    <span className={styles['who']}>
      <RelativeTime instant={lastUsedAt} />
      {lastUsedFrom === null ? null : (
        <span className={styles['muted']}>{t('usedFrom', { address: lastUsedFrom })}</span>
      )}
    </span>
  );
}
