import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { CommandLine } from './CommandLine.tsx';
import styles from './ShownOnce.module.css';

interface ShownOnceProps {
  /** "The password of mara". */
  title: string;
  /** What it is for and who should get it. */
  children: ReactNode;
  /** The secret first, then what goes with it, such as the command that takes it. */
  lines: readonly { label: string; text: string }[];
  onClose: () => void;
}

/**
 * A secret that no later answer holds. It goes away only by its button: a click beside it or Escape would lose it. It is
 * in this component's props and nowhere else; do not put it into a cache, an address or a toast.
 */
export function ShownOnce({ title, children, lines, onClose }: ShownOnceProps) {
  const { t } = useTranslation('domain');
  const titleId = useId();
  const bodyId = useId();
  return (
    <Dialog open aria-labelledby={titleId} aria-describedby={bodyId} maxWidth="sm" fullWidth>
      <div className={styles['dialog']}>
        <h2 id={titleId} className={styles['title']}>
          {title}
        </h2>
        <div id={bodyId} className={styles['words']}>
          {children}
          <p className={styles['warn']}>{t('secret.onlyNow')}</p>
        </div>
        {lines.map(({ label, text }) => (
          <div key={label} className={styles['line']}>
            <span>{label}</span>
            <CommandLine text={text} label={label} />
          </div>
        ))}
        <div className={styles['buttons']}>
          <Button autoFocus variant="contained" onClick={onClose}>
            {t('secret.done')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
