import { useQuery } from '@tanstack/react-query';
import type { User } from 'bff/contract/users';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { toast } from '../../ui/toast.ts';
import type { NewPassword } from './UserFormDrawer.tsx';
import { type UserChange, userQuery, useUserActions } from './users-queries.ts';

export interface UserQuestion {
  kind: 'disable' | 'enable' | 'make-admin' | 'end-admin' | 'reset';
  user: User;
}

interface UserDialogsProps {
  question: UserQuestion | null;
  onPassword: (shown: NewPassword) => void;
  onClose: () => void;
}

/** Before something is done to a user: exactly what it touches. */
export function UserDialogs({ question, onPassword, onClose }: UserDialogsProps) {
  if (question === null) return null;
  const key = `${question.kind} ${question.user.id}`;
  if (question.kind === 'reset') {
    return <ResetDialog key={key} user={question.user} onPassword={onPassword} onClose={onClose} />;
  }
  return <ChangeDialog key={key} kind={question.kind} user={question.user} onClose={onClose} />;
}

const changes = {
  disable: { isDisabled: true },
  enable: { isDisabled: false },
  'make-admin': { isSystemAdmin: true },
  'end-admin': { isSystemAdmin: false },
} as const satisfies Record<string, Omit<UserChange, 'version'>>;

interface ChangeDialogProps {
  kind: keyof typeof changes;
  user: User;
  onClose: () => void;
}

function ChangeDialog({ kind, user, onClose }: ChangeDialogProps) {
  const { t } = useTranslation('users');
  const errorWords = useErrorWords();
  const { change } = useUserActions(user.id);
  const touched = useTouched(kind, user);
  const { username: name, version } = user;
  return (
    <ConfirmDialog
      isOpen
      title={t(`dialog.${kind}.title`, { name })}
      touched={touched}
      confirmLabel={t(`dialog.${kind}.action`)}
      isDangerous={kind === 'disable'}
      isBusy={change.isPending}
      error={errorWords(change.error)}
      onConfirm={() =>
        change.mutate(
          { version, ...changes[kind] },
          {
            onSuccess: () => {
              toast({ message: t(`dialog.${kind}.done`, { name }), tone: 'ok' });
              onClose();
            },
          },
        )
      }
      onClose={onClose}
    >
      <p>{t(`dialog.${kind}.words`, { name })}</p>
    </ConfirmDialog>
  );
}

/** The figures are read anew: what a list showed may be an hour old. */
function useTouched(kind: keyof typeof changes, user: User): string[] {
  const { t } = useTranslation('users');
  const isDisabling = kind === 'disable';
  const { data } = useQuery({ ...userQuery(user.id), staleTime: 0, enabled: isDisabling });
  if (!isDisabling) return [];
  const projectCount = data?.projectCount ?? user.projectCount;
  return [
    t('dialog.touches.sessions'),
    t('dialog.touches.streams'),
    data === undefined
      ? t('dialog.touches.tokensUnknown')
      : t('dialog.touches.tokens', { count: data.accessTokenCount }),
    t('dialog.touches.roles', { count: projectCount }),
  ];
}

function ResetDialog({ user, onPassword, onClose }: { user: User } & Pick<UserDialogsProps, 'onPassword' | 'onClose'>) {
  const { t } = useTranslation('users');
  const errorWords = useErrorWords();
  const { reset } = useUserActions(user.id);
  const { username } = user;
  return (
    <ConfirmDialog
      isOpen
      title={t('dialog.reset.title', { name: username })}
      touched={[t('dialog.touches.oldPassword'), t('dialog.touches.sessions'), t('dialog.touches.tokensStay')]}
      confirmLabel={t('dialog.reset.action')}
      isBusy={reset.isPending}
      error={errorWords(reset.error)}
      onConfirm={() =>
        reset.mutate(undefined, {
          onSuccess: ({ password }) => {
            onClose();
            onPassword({ username, password });
          },
        })
      }
      onClose={onClose}
    >
      <p>{t('dialog.reset.words', { name: username })}</p>
    </ConfirmDialog>
  );
}
