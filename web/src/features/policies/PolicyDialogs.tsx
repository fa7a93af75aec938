import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { toast } from '../../ui/toast.ts';
import { usePolicyActions } from './policies-queries.ts';
import type { AskedPolicy } from './use-policy-menu.ts';

interface PolicyDialogsProps {
  asked: AskedPolicy | null;
  onRemoved?: () => void;
  onClose: () => void;
}

/** Asks before a policy is disabled or removed, and does it. */
export function PolicyDialogs({ asked, onRemoved, onClose }: PolicyDialogsProps) {
  const { t } = useTranslation('policies');
  const errorWords = useErrorWords();
  const directory = useRegistryDirectory();
  const { change, remove } = usePolicyActions();
  if (asked === null) return null;
  const { policy, about } = asked;
  const { id, name } = policy;
  const close = () => {
    change.reset();
    remove.reset();
    onClose();
  };
  const done = (message: string) => {
    toast({ message, tone: 'ok' });
    onClose();
  };
  if (about === 'disable') {
    return (
      <ConfirmDialog
        isOpen
        title={t('disabling.title', { name })}
        confirmLabel={t('disabling.action')}
        isBusy={change.isPending}
        error={errorWords(change.error)}
        onConfirm={() =>
          change.mutate({ policyId: id, verb: 'disable' }, { onSuccess: () => done(t('done.disable', { name })) })
        }
        onClose={close}
      >
        {t('disabling.words')}
      </ConfirmDialog>
    );
  }
  return (
    <ConfirmDialog
      isOpen
      title={t('removal.title', { name })}
      touched={policy.content.destinations.map(({ registryId }) =>
        t('removal.to', { registry: directory.find(registryId).name }),
      )}
      confirmLabel={t('removal.action')}
      isDangerous
      typeToConfirm={name}
      isBusy={remove.isPending}
      error={errorWords(remove.error)}
      onConfirm={() =>
        remove.mutate(id, {
          onSuccess: () => {
            done(t('done.removed', { name }));
            onRemoved?.();
          },
        })
      }
      onClose={close}
    >
      {t('removal.words')}
    </ConfirmDialog>
  );
}
