import AddIcon from '@mui/icons-material/Add';
import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import type { AccessToken } from 'bff/contract/access-tokens';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useAccount } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { frontDoor, loginCommand } from '../../domain/pull-commands.ts';
import { ShownOnce } from '../../domain/ShownOnce.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { toast } from '../../ui/toast.ts';
import { accessTokensQuery, useAccessTokenActions } from './access-tokens-queries.ts';
import styles from './access-tokens.module.css';
import { useTokenColumns } from './token-columns.tsx';

const TokenFormDrawer = lazy(async () => ({ default: (await import('./TokenFormDrawer.tsx')).TokenFormDrawer }));

/** The own access tokens, as a section of the account page. */
export function AccessTokens() {
  const { t } = useTranslation('access-tokens');
  const errorWords = useErrorWords();
  const { data, error, isPending, refetch } = useQuery(accessTokensQuery());
  const [isMaking, setIsMaking] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const [revoked, setRevoked] = useState<AccessToken | null>(null);
  const columns = useTokenColumns(setRevoked);
  const section = useScrolledTo('access-tokens');
  const rows = data?.items ?? [];
  const addButton = (
    <Button variant="outlined" startIcon={<AddIcon />} onClick={() => setIsMaking(true)}>
      {t('add')}
    </Button>
  );
  return (
    <section ref={section} className={styles['section']} aria-labelledby="access-tokens">
      <div className={styles['head']}>
        <h2 id="access-tokens">{t('title')}</h2>
        {rows.length === 0 ? null : addButton}
      </div>
      <p className={styles['muted']}>{t('words')}</p>
      <DataTable<AccessToken>
        label={t('title')}
        height="auto"
        rowHeightPx={38}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        isPending={isPending}
        error={errorWords(error)}
        onRetry={() => void refetch()}
        empty={
          <EmptyState title={t('empty')} action={addButton}>
            {t('emptyNext')}
          </EmptyState>
        }
      />
      {isMaking ? (
        <Suspense>
          <TokenFormDrawer onCreated={setSecret} onClose={() => setIsMaking(false)} />
        </Suspense>
      ) : null}
      {secret === null ? null : <SecretShown secret={secret} onClose={() => setSecret(null)} />}
      {revoked === null ? null : <RevokeDialog token={revoked} onClose={() => setRevoked(null)} />}
    </section>
  );
}

/** A link may lead to this section of a longer page. */
function useScrolledTo(part: string) {
  const section = useRef<HTMLElement>(null);
  const [search] = useSearchParams();
  const isMeant = search.get('part') === part;
  useEffect(() => {
    if (isMeant) section.current?.scrollIntoView();
  }, [isMeant]);
  return section;
}

function SecretShown({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation('access-tokens');
  const { username } = useAccount();
  const command = loginCommand('docker', frontDoor(location), username) ?? '';
  return (
    <ShownOnce
      title={t('secret.title')}
      lines={[
        { label: t('secret.token'), text: secret },
        { label: t('secret.login'), text: command },
      ]}
      onClose={onClose}
    >
      <p>{t('secret.words')}</p>
    </ShownOnce>
  );
}

function RevokeDialog({ token, onClose }: { token: AccessToken; onClose: () => void }) {
  const { t } = useTranslation('access-tokens');
  const errorWords = useErrorWords();
  const { revoke } = useAccessTokenActions();
  const { id, name } = token;
  return (
    <ConfirmDialog
      isOpen
      title={t('revoke.title', { name })}
      confirmLabel={t('revoke.action')}
      isDangerous
      isBusy={revoke.isPending}
      error={errorWords(revoke.error)}
      onConfirm={() =>
        revoke.mutate(id, {
          onSuccess: () => {
            toast({ message: t('revoke.done', { name }), tone: 'ok' });
            onClose();
          },
        })
      }
      onClose={onClose}
    >
      <p>{t('revoke.words')}</p>
    </ConfirmDialog>
  );
}
