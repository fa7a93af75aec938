import Button from '@mui/material/Button';
import type { Notice, NoticeList } from 'bff/contract/notices';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { ShownOnce } from '../../domain/ShownOnce.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import type { MenuAction } from '../../ui/menu-action.ts';
import { toast } from '../../ui/toast.ts';
import { useUrlState } from '../../ui/use-url-state.ts';
import { DeliveriesDrawer } from './DeliveriesDrawer.tsx';
import { useNoticeColumns } from './notice-columns.tsx';
import { bodyOf, formOf } from './notice-form.ts';
import { NoticeFormDrawer } from './NoticeFormDrawer.tsx';
import { type NoticePlace, useNoticeActions } from './notices-queries.ts';

/** `edit` is a notice’s id, or this word for a new one. */
const NEW = 'NEW';
/** `policy`: what a new one is about. */
const noticeUrl = { edit: '', policy: '', renew: '', remove: '', deliveries: '' };
const TWO_LINES_PX = 48;

interface NoticesViewProps {
  place: NoticePlace;
  query: {
    data: NoticeList | undefined;
    error: Error | null;
    isPending: boolean;
    refetch: () => unknown;
  };
  addButton: React.ReactNode;
}

/** The notices of a place, and everything that is done with them. */
export function NoticesView({ place, query, addButton }: NoticesViewProps) {
  const { t } = useTranslation('notices');
  const errorWords = useErrorWords();
  const [url, setUrl] = useUrlState(noticeUrl);
  // In this component's memory only, and gone with the dialog.
  const [secret, setSecret] = useState<{ name: string; secret: string } | null>(null);
  const { update, test } = useNoticeActions(place);
  const open = (dialog: Partial<typeof noticeUrl>) => setUrl(dialog, { replace: false });
  const onError = (error: Error) => toast({ message: errorWords(error).sentence, tone: 'danger' });
  const setDisabled = (notice: Notice, isDisabled: boolean) => {
    const { id: noticeId, name, version, language } = notice;
    const change = { version, ...bodyOf(formOf(notice, language)), isDisabled };
    const onSuccess = () => toast({ message: t(isDisabled ? 'disabled' : 'enabled', { name }), tone: 'ok' });
    update.mutate({ noticeId, change }, { onSuccess, onError });
  };
  const columns = useNoticeColumns((notice): readonly MenuAction[] => [
    { key: 'deliveries', label: t('deliveries.open'), onChoose: () => open({ deliveries: notice.id }) },
    {
      key: 'test',
      label: t('test'),
      onChoose: () => test.mutate(notice.id, { onSuccess: () => open({ deliveries: notice.id }), onError }),
    },
    { key: 'edit', label: t('edit'), onChoose: () => open({ edit: notice.id }) },
    ...(notice.channel === 'webhook'
      ? [{ key: 'renew', label: t('renew'), onChoose: () => open({ renew: notice.id }) }]
      : []),
    {
      key: 'disable',
      label: t(notice.isDisabled ? 'enable' : 'disable'),
      onChoose: () => setDisabled(notice, !notice.isDisabled),
    },
    { key: 'delete', label: t('delete'), onChoose: () => open({ remove: notice.id }) },
  ]);
  const rows = query.data?.items ?? [];
  const find = (id: string) => rows.find((notice) => notice.id === id);
  const [edited, renewed, removed, told] = [find(url.edit), find(url.renew), find(url.remove), find(url.deliveries)];
  return (
    <>
      <DataTable
        label={t('title')}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        rowHeightPx={TWO_LINES_PX}
        isPending={query.isPending}
        error={errorWords(query.error)}
        onRetry={() => void query.refetch()}
        empty={
          <EmptyState title={t('empty')} action={addButton}>
            {t(query.data?.mayManage === false ? 'emptyReader' : 'emptyNext')}
          </EmptyState>
        }
      />
      {query.data !== undefined && (url.edit === NEW || edited !== undefined) ? (
        <NoticeFormDrawer
          key={url.edit}
          place={place}
          notice={edited}
          policyId={url.policy}
          mail={query.data.mail}
          outageAfterMinutes={query.data.outageAfterMinutes}
          onCreated={setSecret}
          onClose={() => setUrl({ edit: '', policy: '' })}
        />
      ) : null}
      {told === undefined ? null : (
        <DeliveriesDrawer key={told.id} place={place} notice={told} onClose={() => setUrl({ deliveries: '' })} />
      )}
      {renewed === undefined ? null : (
        <RenewDialog place={place} notice={renewed} onRenewed={setSecret} onClose={() => setUrl({ renew: '' })} />
      )}
      {removed === undefined ? null : (
        <RemoveDialog place={place} notice={removed} onClose={() => setUrl({ remove: '' })} />
      )}
      {secret === null ? null : (
        <ShownOnce
          title={t('secret.title', { name: secret.name })}
          lines={[{ label: t('secret.label'), text: secret.secret }]}
          onClose={() => setSecret(null)}
        >
          <p>{t('secret.words')}</p>
        </ShownOnce>
      )}
    </>
  );
}

interface NoticeDialogProps {
  place: NoticePlace;
  notice: Notice;
  onClose: () => void;
}

function RenewDialog({
  place,
  notice,
  onRenewed,
  onClose,
}: NoticeDialogProps & { onRenewed: (made: { name: string; secret: string }) => void }) {
  const { t } = useTranslation('notices');
  const errorWords = useErrorWords();
  const { renew } = useNoticeActions(place);
  return (
    <ConfirmDialog
      isOpen
      title={t('renewal.title', { name: notice.name })}
      confirmLabel={t('renewal.action')}
      isBusy={renew.isPending}
      error={errorWords(renew.error)}
      onConfirm={() =>
        renew.mutate(notice.id, {
          onSuccess: ({ name, secret }) => {
            onClose();
            if (secret !== null) onRenewed({ name, secret });
          },
        })
      }
      onClose={onClose}
    >
      {t('renewal.words')}
    </ConfirmDialog>
  );
}

function RemoveDialog({ place, notice, onClose }: NoticeDialogProps) {
  const { t } = useTranslation('notices');
  const errorWords = useErrorWords();
  const { remove } = useNoticeActions(place);
  const { id, name, url, recipients } = notice;
  return (
    <ConfirmDialog
      isOpen
      title={t('removal.title', { name })}
      touched={[url ?? recipients.join(', ')]}
      confirmLabel={t('removal.action')}
      isDangerous
      isBusy={remove.isPending}
      error={errorWords(remove.error)}
      onConfirm={() =>
        remove.mutate(id, {
          onSuccess: () => {
            toast({ message: t('removal.done', { name }), tone: 'ok' });
            onClose();
          },
        })
      }
      onClose={onClose}
    >
      {t('removal.words')}
    </ConfirmDialog>
  );
}

export function AddNoticeButton() {
  const { t } = useTranslation('notices');
  const [, setUrl] = useUrlState(noticeUrl);
  return (
    <Button variant="contained" onClick={() => setUrl({ edit: NEW }, { replace: false })}>
      {t('add')}
    </Button>
  );
}
