import Button from '@mui/material/Button';
import type { AccessToken } from 'bff/contract/access-tokens';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useEnvironmentName } from '../../domain/RegistryChip.tsx';
import { useNow } from '../../i18n/now.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import type { Column } from '../../ui/table-columns.ts';
import styles from './access-tokens.module.css';

export function useTokenColumns(onRevoke: (token: AccessToken) => void): Column<AccessToken>[] {
  const { t } = useTranslation('access-tokens');
  return useMemo(
    (): Column<AccessToken>[] => [
      {
        key: 'name',
        header: t('column.name'),
        minWidth: 130,
        grow: 2,
        narrow: 'title',
        cell: ({ name }) => <bdi className={styles['name']}>{name}</bdi>,
      },
      {
        key: 'actions',
        header: t('column.actions'),
        width: 170,
        cell: ({ actions }) => actions.map((action) => t(`short.${action}`)).join(', '),
      },
      {
        key: 'scope',
        header: t('column.scope'),
        minWidth: 190,
        grow: 3,
        narrow: 'hidden',
        cell: (token) => <Scope token={token} />,
      },
      {
        key: 'expires',
        header: t('column.expires'),
        width: 150,
        cell: ({ expiresAt }) => <Expiry expiresAt={expiresAt} />,
      },
      {
        key: 'used',
        header: t('column.used'),
        width: 150,
        narrow: 'hidden',
        cell: ({ lastUsedAt, lastUsedFrom }) =>
          lastUsedAt === null ? (
            <span className={styles['muted']}>{t('never')}</span>
          ) : (
            <span title={lastUsedFrom ?? undefined}>
              <RelativeTime instant={lastUsedAt} />
            </span>
          ),
      },
      {
        key: 'revoke',
        header: t('column.revoke'),
        headerContent: <span className="visually-hidden">{t('column.revoke')}</span>,
        width: 100,
        align: 'end',
        narrow: 'end',
        cell: (token) => (
          <Button size="small" aria-label={t('revokeOne', { name: token.name })} onClick={() => onRevoke(token)}>
            {t('revoke.short')}
          </Button>
        ),
      },
    ],
    [t, onRevoke],
  );
}

function Scope({ token: { projects, environments } }: { token: AccessToken }) {
  const { t } = useTranslation('access-tokens');
  const environmentName = useEnvironmentName();
  const words = [
    projects === null ? t('everyProject') : projects.join(', '),
    environments === null ? t('everyEnvironment') : environments.map((one) => environmentName(one)).join(', '),
  ].join(' · ');
  return (
    <bdi className={styles['ellipsis']} title={words}>
      {words}
    </bdi>
  );
}

const MINUTE_MS = 60_000;
const SOON_MS = 7 * 86_400_000;

function Expiry({ expiresAt }: { expiresAt: string }) {
  const { t } = useTranslation('access-tokens');
  const leftMs = Date.parse(expiresAt) - useNow(MINUTE_MS);
  if (leftMs <= 0) return <StatusDot tone="danger" label={t('expired')} />;
  return (
    <span className={leftMs < SOON_MS ? styles['soon'] : undefined}>
      <span className={styles['expires']}>{t('column.expires')} </span>
      <RelativeTime instant={expiresAt} />
    </span>
  );
}
