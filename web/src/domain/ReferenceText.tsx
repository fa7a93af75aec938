import { isDigest, shortenDigest } from './digest.ts';
import { partsOf } from './reference-parts.ts';
import styles from './ReferenceText.module.css';

interface ReferenceTextProps {
  repository?: string;
  /** A tag or a digest; a digest is shortened. */
  reference?: string;
  /** Keeps to one line, cut in its middle; the whole name is the title. */
  isOneLine?: boolean;
}

const classes = { repository: styles['repository'], head: undefined, tail: styles['tail'] } as const;

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
  // What is heard, found and copied is the whole name; what is seen lies below it and is cut.
  return (
    <span className={styles['line']} title={`${repository ?? ''}${separator}${reference ?? ''}`}>
      <bdi className={styles['whole']}>{name}</bdi>
      <span className={styles['parts']} aria-hidden="true">
        {partsOf(repository, separator, shown).map(({ kind, text }) => (
          <span key={kind} className={classes[kind]} data-text={text} />
        ))}
      </span>
    </span>
  );
}
