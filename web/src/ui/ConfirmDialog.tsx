import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './ConfirmDialog.module.css';
import type { ErrorWords } from './ErrorState.tsx';
import { useScrolled } from './use-scrolled.ts';

interface ConfirmDialogProps {
  isOpen: boolean;
  /** A question: "Stop 3 copies?" */
  title: string;
  /** What follows from it, in a sentence or two. */
  children: ReactNode;
  /** Everything that will be touched, one entry for each. */
  touched?: readonly ReactNode[];
  /** The verb of the question: "Stop 3 copies". */
  confirmLabel: string;
  isDangerous?: boolean;
  /** Has to be typed before it can be done; for what cannot be undone. */
  typeToConfirm?: string;
  isBusy: boolean;
  /** Something has to be chosen first. */
  isIncomplete?: boolean;
  error: ErrorWords | null;
  onConfirm: () => void;
  onClose: () => void;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { isOpen, title, touched = [], confirmLabel, isDangerous = false, typeToConfirm, isBusy, error } = props;
  const { t } = useTranslation('common');
  const [typed, setTyped] = useState('');
  const titleId = useId();
  const bodyId = useId();
  const isAllowed = props.isIncomplete !== true && (typeToConfirm === undefined || typed === typeToConfirm);
  const close = () => {
    setTyped('');
    props.onClose();
  };
  return (
    <Dialog open={isOpen} onClose={close} aria-labelledby={titleId} aria-describedby={bodyId} maxWidth="sm" fullWidth>
      <form
        className={styles['dialog']}
        onSubmit={(event) => {
          event.preventDefault();
          // Through React's tree it would reach a form that the dialog is asked from: “Leave” must not save it.
          event.stopPropagation();
          if (isAllowed && !isBusy) props.onConfirm();
        }}
      >
        <h2 id={titleId} className={styles['title']}>
          {title}
        </h2>
        <Content bodyId={bodyId} touched={touched}>
          {props.children}
        </Content>
        {typeToConfirm === undefined ? null : (
          <label className={styles['typed']}>
            {t('ui.typeToConfirm', { text: typeToConfirm })}
            <input
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              autoComplete="off"
              spellCheck={false}
            />
          </label>
        )}
        {error === null ? null : (
          <p role="alert" className={styles['error']}>
            {error.sentence} {error.more}
          </p>
        )}
        <div className={styles['buttons']}>
          <Button autoFocus onClick={close}>
            {t('ui.cancel')}
          </Button>
          <Button
            type="submit"
            variant="contained"
            color={isDangerous ? 'error' : 'primary'}
            disabled={!isAllowed || isBusy}
          >
            {isBusy ? t('ui.working') : confirmLabel}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

type ContentProps = Required<Pick<ConfirmDialogProps, 'children' | 'touched'>> & { bodyId: string };

/** However much it is, the answers below it stay in sight. */
function Content({ bodyId, touched, children }: ContentProps) {
  const { t } = useTranslation('common');
  const [content, contentTabIndex] = useScrolled<HTMLDivElement>();
  const [list, listTabIndex] = useScrolled<HTMLUListElement>();
  return (
    <div className={styles['content']} ref={content} tabIndex={contentTabIndex}>
      <div id={bodyId} className={styles['body']}>
        {children}
      </div>
      {touched.length === 0 ? null : (
        <ul className={styles['touched']} ref={list} tabIndex={listTabIndex} aria-label={t('ui.touched')}>
          {touched.map((entry, index) => (
            <li key={index}>{entry}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
