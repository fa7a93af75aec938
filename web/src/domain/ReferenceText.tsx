import { isDigest, shortenDigest } from './digest.ts';
import styles from './ReferenceText.module.css';

interface ReferenceTextProps {
  repository?: string;
  /** A tag or a digest; a digest is shortened. */
  reference?: string;
  /** Keeps to one line, cut at its beginning; the whole name is the title. */
  isOneLine?: boolean;
}

/** `repository:tag` as one name, isolated from the direction of the text around it. */
export function ReferenceText({ repository, reference, isOneLine = false }: ReferenceTextProps) {
  const separator = repository === undefined || reference === undefined ? '' : reference.includes(':') ? '@' : ':';
  const shown = reference === undefined ? '' : isDigest(reference) ? shortenDigest(reference) : reference;
  const name = (
    <>
      {repository === undefined ? null : (
        <span className={reference === undefined ? undefined : styles['repository']}>
          {repository}
          {separator}
        </span>
      )}
      {shown}
    </>
  );
  if (!isOneLine) return <bdi className={styles['reference']}>{name}</bdi>;
  return (
    <span className={styles['line']} title={`${repository ?? ''}${separator}${reference ?? ''}`}>
      <bdi className={styles['whole']}>{name}</bdi>
    </span>
  );
}
