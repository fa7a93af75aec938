import CloseIcon from '@mui/icons-material/Close';
import IconButton from '@mui/material/IconButton';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { StatusDot } from './StatusDot.tsx';
import { currentToasts, dismissToast, subscribeToasts, type Toast } from './toast.ts';
import styles from './Toaster.module.css';

const DURATION_MS = 6_000;
const DURATION_WITH_ACTION_MS = 12_000;

/** Where toasts appear; once in the page. They wait while the pointer or the focus is on them. */
export function Toaster() {
  const toasts = useSyncExternalStore(subscribeToasts, currentToasts);
  const [isHeld, setIsHeld] = useState(false);
  const { t } = useTranslation('common');
  return (
    <section
      className={styles['region']}
      aria-label={t('ui.notices')}
      onPointerEnter={() => setIsHeld(true)}
      onPointerLeave={() => setIsHeld(false)}
      onFocus={() => setIsHeld(true)}
      onBlur={() => setIsHeld(false)}
    >
      <div role="status" aria-live="polite" aria-atomic="false">
        {toasts.map((each) => (
          <ToastView key={each.id} toast={each} isHeld={isHeld} />
        ))}
      </div>
    </section>
  );
}

function ToastView({ toast, isHeld }: { toast: Toast; isHeld: boolean }) {
  const { t } = useTranslation('common');
  const { id, action, message, tone = 'neutral', durationMs } = toast;
  useEffect(() => {
    if (isHeld || (tone === 'danger' && durationMs === undefined)) return undefined;
    const stayMs = durationMs ?? (action === undefined ? DURATION_MS : DURATION_WITH_ACTION_MS);
    const timer = setTimeout(() => dismissToast(id), stayMs);
    return () => clearTimeout(timer);
  }, [id, isHeld, tone, durationMs, action]);
  return (
    <div className={styles['toast']} data-tone={tone}>
      <StatusDot tone={tone} label={t(`ui.tone.${tone}`)} isLabelHidden />
      <p className={styles['message']}>{message}</p>
      {action === undefined ? null : (
        <button
          type="button"
          className={styles['action']}
          onClick={() => {
            dismissToast(id);
            action.onClick();
          }}
        >
          {action.label}
        </button>
      )}
      <IconButton aria-label={t('ui.dismiss')} onClick={() => dismissToast(id)}>
        <CloseIcon fontSize="inherit" />
      </IconButton>
    </div>
  );
}
