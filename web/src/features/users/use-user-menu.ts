import type { User } from 'bff/contract/users';
import { useTranslation } from 'react-i18next';
import type { MenuAction } from '../../ui/menu-action.ts';
import type { UserQuestion } from './UserDialogs.tsx';

export interface UserMenuOptions {
  /** Of who looks: one neither disables oneself nor gives up the own rights by a slip. */
  ownId: string;
  onEdit: (user: User) => void;
  onAsk: (question: UserQuestion) => void;
}

/** What can be done about a user. */
export function useUserMenu(user: User, { ownId, onEdit, onAsk }: UserMenuOptions): MenuAction[] {
  const { t } = useTranslation('users');
  const isOther = user.id !== ownId;
  const action = (key: UserQuestion['kind'] | 'edit', label: string, onChoose: () => void): MenuAction => ({
    key,
    label,
    onChoose,
  });
  const ask = (kind: UserQuestion['kind'], label: string) => action(kind, label, () => onAsk({ kind, user }));
  return [
    action('edit', t('action.edit'), () => onEdit(user)),
    ...(isOther ? [ask('reset', t('action.reset'))] : []),
    ...(isOther && !user.isSystemAdmin ? [ask('make-admin', t('action.makeAdmin'))] : []),
    ...(isOther && user.isSystemAdmin ? [ask('end-admin', t('action.endAdmin'))] : []),
    ...(isOther && !user.isDisabled ? [ask('disable', t('action.disable'))] : []),
    ...(isOther && user.isDisabled ? [ask('enable', t('action.enable'))] : []),
  ];
}
