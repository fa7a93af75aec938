import CheckIcon from '@mui/icons-material/Check';
import ContentCopyIcon from '@mui/icons-material/ContentCopy';
import IconButton from '@mui/material/IconButton';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { copyText } from './copy-text.ts';
import { toast } from './toast.ts';

interface CopyButtonProps {
  text: string;
  /** What is copied: "digest" gives "Copy digest". */
  label: string;
}

const SHOW_DONE_MS = 1_600;

export function CopyButton({ text, label }: CopyButtonProps) {
  const { t } = useTranslation('common');
  const [isDone, setIsDone] = useState(false);
  useEffect(() => {
    if (!isDone) return undefined;
    const timer = setTimeout(() => setIsDone(false), SHOW_DONE_MS);
    return () => clearTimeout(timer);
  }, [isDone]);
  const copy = async () => {
    if (await copyText(text)) setIsDone(true);
    else toast({ message: t('ui.copyRefused'), tone: 'warn' });
  };
  return (
    <>
      <IconButton
        aria-label={t('ui.copyOf', { label })}
        title={isDone ? t('ui.copied') : t('ui.copyOf', { label })}
        onClick={(event) => {
          event.stopPropagation();
          void copy();
        }}
        sx={{ padding: '4px', fontSize: 15 }}
      >
        {isDone ? <CheckIcon fontSize="inherit" color="success" /> : <ContentCopyIcon fontSize="inherit" />}
      </IconButton>
      <span role="status" className="visually-hidden">
        {isDone ? t('ui.copied') : ''}
      </span>
    </>
  );
}
