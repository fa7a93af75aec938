import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { copyText } from '../ui/copy-text.ts';
import { toast } from '../ui/toast.ts';
import styles from './DigestText.module.css';
import { shortenDigest } from './digest.ts';

interface DigestTextProps {
  digest: string;
  /** Shows all of it, for the one page that is about it. */
  isFull?: boolean;
}

const SHOW_DONE_MS = 1_600;

/** A digest in a monospace face, shortened in the middle; a click copies all of it. */
export function DigestText({ digest, isFull = false }: DigestTextProps) {
  const { t } = useTranslation('domain');
  const [isDone, setIsDone] = useState(false);
  useEffect(() => {
    if (!isDone) return undefined;
    const timer = setTimeout(() => setIsDone(false), SHOW_DONE_MS);
    return () => clearTimeout(timer);
  }, [isDone]);
  const copy = async () => {
    if (await copyText(digest)) setIsDone(true);
    else toast({ message: digest, tone: 'neutral' });
  };
  return (
    <button
      type="button"
      className={isFull ? `${styles['digest']} ${styles['full']}` : styles['digest']}
      title={isFull ? undefined : digest}
      aria-label={t('digest.copy', { digest: isFull ? digest : shortenDigest(digest) })}
      onClick={(event) => {
        event.preventDefault();
        event.stopPropagation();
        void copy();
      }}
    >
      {isFull ? digest : shortenDigest(digest)}
      <output className={styles['done']} hidden={!isDone}>
        {isDone ? t('digest.copied') : ''}
      </output>
    </button>
  );
}
