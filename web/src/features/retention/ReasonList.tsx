import { useReasonText } from '../../domain/reasons/reason-text.ts';
import styles from './retention.module.css';

/** The height of a row with two lines. */
export const REASONS_PX = 50;

interface ReasonListProps {
  reasons: ReadonlyArray<Parameters<ReturnType<typeof useReasonText>>[0]>;
}

/** Sentences after one another in two lines at most; the whole is its title. */
export function ReasonList({ reasons }: ReasonListProps) {
  const reasonText = useReasonText();
  const words = reasons.map((reason) => reasonText(reason)).join(' ');
  return (
    <span className={`two-lines ${styles['reasons']}`} title={words}>
      {words}
    </span>
  );
}
