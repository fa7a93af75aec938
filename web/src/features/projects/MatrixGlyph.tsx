import type { MatrixCell } from 'bff/contract/projects';
import styles from './Matrix.module.css';

interface MatrixGlyphProps {
  state: MatrixCell['state'];
  /** 0 to 100 of a running copy; null while unknown. */
  percent?: number | null;
}

const RADIUS = 4.6;
const ROUND = 2 * Math.PI * RADIUS;

/** A state by its shape first, its colour second: filled, triangle, filling ring, dash, dashes. Words stand beside it. */
export function MatrixGlyph({ state, percent = null }: MatrixGlyphProps) {
  return (
    <svg
      className={`${styles['glyph']} ${styles[state]}`}
      viewBox="0 0 12 12"
      width="12"
      height="12"
      aria-hidden="true"
    >
      {shape(state, percent)}
    </svg>
  );
}

function shape(state: MatrixCell['state'], percent: number | null) {
  if (state === 'missing') return <path d="M3 6h6" stroke="currentColor" strokeWidth="1.5" />;
  if (state === 'trash') {
    return (
      <circle cx="6" cy="6" r={RADIUS} fill="none" stroke="currentColor" strokeWidth="1.2" strokeDasharray="2 1.6" />
    );
  }
  if (state === 'differs') return <path d="M6 1.2 11.4 10.8H.6z" fill="currentColor" />;
  if (state === 'copying') {
    const filled = ROUND * ((percent ?? 50) / 100);
    return (
      <>
        <circle cx="6" cy="6" r={RADIUS} fill="none" className={styles['ringTrack']} strokeWidth="2.4" />
        <circle
          cx="6"
          cy="6"
          r={RADIUS}
          fill="none"
          stroke="currentColor"
          strokeWidth="2.4"
          strokeDasharray={`${filled} ${ROUND}`}
          transform="rotate(-90 6 6)"
        />
      </>
    );
  }
  return <circle cx="6" cy="6" r="4.4" fill="currentColor" />;
}
