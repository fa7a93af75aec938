import { useTranslation } from 'react-i18next';
import { useConnection } from '../api/stream-hooks.tsx';
import { StatusDot, type Tone } from '../ui/StatusDot.tsx';
import styles from './TopBar.module.css';

/** Whether the page follows the server at this moment. */
export function ConnectionState() {
  const { t } = useTranslation('common');
  const { state } = useConnection();
  const shown: Record<typeof state, { tone: Tone; label: string }> = {
    live: { tone: 'ok', label: t('app.connectionLive') },
    connecting: { tone: 'neutral', label: t('app.connectionConnecting') },
    lost: { tone: 'danger', label: t('app.connectionLost') },
  };
  const { tone, label } = shown[state];
  return (
    <div className={styles['connection']} role="status" title={label}>
      <StatusDot tone={tone} label={label} isLabelHidden isActive={state === 'lost'} />
    </div>
  );
}
