import styles from './StatusDot.module.css';

export type Tone = 'ok' | 'warn' | 'danger' | 'accent' | 'neutral';

interface StatusDotProps {
  tone: Tone;
  /** What the state is called. Drawn beside the dot, or only read out with `isLabelHidden`. */
  label: string;
  isLabelHidden?: boolean;
  /** Something is going on: the dot breathes. */
  isActive?: boolean;
  /** A whole sentence: it may take several lines. */
  wraps?: boolean;
}

/** A state as a shape and a word; never the colour alone: round is well, a triangle wants attention, a square is broken. */
export function StatusDot({ tone, label, isLabelHidden = false, isActive = false, wraps = false }: StatusDotProps) {
  return (
    <span className={styles['status']} data-wraps={wraps}>
      <svg
        className={`${styles['dot']} ${styles[tone]} ${isActive ? styles['active'] : ''}`}
        viewBox="0 0 10 10"
        width="10"
        height="10"
        aria-hidden="true"
      >
        {shape(tone)}
      </svg>
      <span className={isLabelHidden ? 'visually-hidden' : undefined}>{label}</span>
    </span>
  );
}

function shape(tone: Tone) {
  if (tone === 'warn') return <path d="M5 .8 9.6 9.2H.4z" />;
  if (tone === 'danger') return <rect x="1" y="1" width="8" height="8" rx="1.5" />;
  if (tone === 'neutral') return <circle cx="5" cy="5" r="3.2" fill="none" stroke="currentColor" strokeWidth="1.6" />;
  return <circle cx="5" cy="5" r="4" />;
}
