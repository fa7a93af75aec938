import styles from './ProgressBar.module.css';
import type { Tone } from './StatusDot.tsx';

interface ProgressBarProps {
  /** From 0 to 1; null while the whole is not known. */
  share: number | null;
  /** What progresses, for screen readers. */
  label: string;
  /** The progress in words, if the percentage is not what counts. */
  valueText?: string;
  tone?: Tone;
}

export function ProgressBar({ share, label, valueText, tone = 'accent' }: ProgressBarProps) {
  const clamped = share === null ? null : Math.min(1, Math.max(0, share));
  return (
    <div
      className={styles['track']}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={clamped === null ? undefined : Math.floor(clamped * 100)}
      aria-valuetext={valueText}
    >
      <div
        className={`${styles['bar']} ${styles[tone]} ${clamped === null ? styles['unknown'] : ''}`}
        style={clamped === null ? undefined : { transform: `scaleX(${clamped})` }}
      />
    </div>
  );
}
