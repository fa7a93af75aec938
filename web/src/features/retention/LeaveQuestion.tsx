import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useBlocker } from 'react-router';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';

/** Asks before what was typed is left behind; `isLeaving` says that it has been saved. */
export function LeaveQuestion({ isLeaving }: { isLeaving: () => boolean }) {
  const { t } = useTranslation('retention');
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => !isLeaving() && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, []);
  return (
    <ConfirmDialog
      isOpen={blocker.state === 'blocked'}
      title={t('editor.leave')}
      confirmLabel={t('editor.leaveAction')}
      isDangerous
      isBusy={false}
      error={null}
      onConfirm={() => blocker.proceed?.()}
      onClose={() => blocker.reset?.()}
    >
      {t('editor.leaveWords')}
    </ConfirmDialog>
  );
}
