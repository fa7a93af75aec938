import { useTranslation } from 'react-i18next';
import { ShownOnce } from '../../domain/ShownOnce.tsx';
import type { NewPassword } from './UserFormDrawer.tsx';

/** A password that was generated for somebody, for whoever hands it to them. */
export function NewPasswordShown({ username, password, onClose }: NewPassword & { onClose: () => void }) {
  const { t } = useTranslation('users');
  return (
    <ShownOnce
      title={t('password.title', { name: username })}
      lines={[
        { label: t('password.password'), text: password },
        { label: t('password.address'), text: `${location.origin}/sign-in` },
      ]}
      onClose={onClose}
    >
      <p>{t('password.words', { name: username })}</p>
    </ShownOnce>
  );
}
