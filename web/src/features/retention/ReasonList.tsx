import { useReasonText } from '../../domain/reasons/reason-text.ts';
import styles from './retention.module.css';

interface ReasonListProps {
  reasons: ReadonlyArray<Parameters<ReturnType<typeof useReasonText>>[0]>;
}

/** Sentences after one another in one line; the whole is its title. */
export function ReasonList({ reasons }: ReasonListProps) {
  const reasonText = useReasonText();
  const words = reasons.map((reason) => reasonText(reason)).join(' ');
  return (
    <span className={styles['cut']} title={words}>
      {words}
    </span>
  );
}
