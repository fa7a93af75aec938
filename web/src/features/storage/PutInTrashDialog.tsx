import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { toast } from '../../ui/toast.ts';
import { type Leftovers, type StorageOf, usePutInTrash } from './storage-queries.ts';

interface PutInTrashDialogProps {
  of: StorageOf;
  leftovers: readonly Leftovers[];
  count: number;
  freedBytes: number;
  toTrash: string;
  onClose: () => void;
}

export function PutInTrashDialog({ of, leftovers, count, freedBytes, toTrash, onClose }: PutInTrashDialogProps) {
  const { t } = useTranslation('storage');
  const { bytes } = useFormat();
  const navigate = useNavigate();
  const errorWords = useErrorWords();
  const put = usePutInTrash(of);
  return (
    <ConfirmDialog
      isOpen
      title={t('leftovers.ask', { count })}
      confirmLabel={t('leftovers.confirm', { count })}
      isBusy={put.isPending}
      error={errorWords(put.error)}
      onConfirm={() =>
        put.mutate(leftovers, {
          onSuccess: (total) => {
            toast({
              message: total === 0 ? t('leftovers.doneNone') : t('leftovers.done', { count: total }),
              action: { label: t('leftovers.seeTrash'), onClick: () => void navigate(toTrash) },
            });
            onClose();
          },
        })
      }
      onClose={onClose}
    >
      <p>{t('leftovers.words')}</p>
      <p>{t('leftovers.frees', { bytes: bytes(freedBytes) })}</p>
      <p>{t('leftovers.young')}</p>
    </ConfirmDialog>
  );
}
