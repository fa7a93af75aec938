import CloseIcon from '@mui/icons-material/Close';
import Button from '@mui/material/Button';
import Drawer from '@mui/material/Drawer';
import IconButton from '@mui/material/IconButton';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorWords } from './ErrorState.tsx';
import styles from './FormDrawer.module.css';

interface FormDrawerProps {
  isOpen: boolean;
  title: string;
  /** A verb: "Add registry". */
  submitLabel: string;
  /** What the server said to the last attempt; null before and after. */
  submitError: ErrorWords | null;
  isSubmitting: boolean;
  /** Asks before what was typed is thrown away. */
  isDirty: boolean;
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  onClose: () => void;
  /** Further buttons beside the main one: "Test connection". */
  extraActions?: ReactNode;
  children: ReactNode;
}

/** A form at the right of the page it belongs to, which stays in sight. */
export function FormDrawer(props: FormDrawerProps) {
  const { isOpen, title, submitLabel, submitError, isSubmitting, isDirty, onSubmit, onClose } = props;
  const { t } = useTranslation('common');
  const titleId = useId();
  const [isAsking, setIsAsking] = useState(false);
  const askOrClose = () => {
    if (isDirty && !isSubmitting) setIsAsking(true);
    else onClose();
  };
  const discard = () => {
    setIsAsking(false);
    onClose();
  };
  return (
    <Drawer
      anchor="right"
      open={isOpen}
      onClose={askOrClose}
      slotProps={{
        paper: { className: styles['paper'] ?? '', role: 'dialog', 'aria-modal': true, 'aria-labelledby': titleId },
      }}
    >
      <form className={styles['form']} onSubmit={onSubmit} noValidate>
        <header className={styles['header']}>
          <h2 id={titleId}>{title}</h2>
          <IconButton aria-label={t('ui.close')} onClick={askOrClose}>
            <CloseIcon fontSize="small" />
          </IconButton>
        </header>
        <div className={styles['fields']}>{props.children}</div>
        <footer className={styles['footer']}>
          {submitError === null ? null : (
            <p role="alert" className={styles['error']}>
              {submitError.sentence} {submitError.more}
            </p>
          )}
          {isAsking ? (
            <div className={styles['buttons']} role="alertdialog" aria-label={t('ui.discardQuestion')}>
              <span className={styles['question']}>{t('ui.discardQuestion')}</span>
              <Button autoFocus variant="outlined" onClick={() => setIsAsking(false)}>
                {t('ui.keepEditing')}
              </Button>
              <Button variant="contained" color="error" onClick={discard}>
                {t('ui.discard')}
              </Button>
            </div>
          ) : (
            <div className={styles['buttons']}>
              {props.extraActions}
              <span className={styles['space']} />
              <Button onClick={askOrClose}>{t('ui.cancel')}</Button>
              <Button type="submit" variant="contained" disabled={isSubmitting}>
                {isSubmitting ? t('ui.working') : submitLabel}
              </Button>
            </div>
          )}
        </footer>
      </form>
    </Drawer>
  );
}
