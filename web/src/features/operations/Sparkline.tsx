import { sparklinePaths } from './sparkline-path.ts';
import styles from './operations.module.css';

const WIDTH = 240;
const HEIGHT = 44;

interface SparklineProps {
  values: readonly number[];
  /** A second series on the same scale, drawn as a line alone. */
  others?: readonly number[];
  /** What the line shows, in words, for those who do not see it. */
  label: string;
  isSmall?: boolean;
}

export function Sparkline({ values, others = [], label, isSmall = false }: SparklineProps) {
  const peak = Math.max(0, ...others);
  const { line, area } = sparklinePaths(values, WIDTH, HEIGHT, peak);
  const second = sparklinePaths(others, WIDTH, HEIGHT, Math.max(0, ...values));
  return (
    <svg
      role="img"
      aria-label={label}
      className={styles['sparkline']}
      data-small={isSmall}
      viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`}
      preserveAspectRatio="none"
    >
      <title>{label}</title>
      <path d={area} className={styles['sparkArea']} />
      <path d={line} className={styles['sparkLine']} vectorEffect="non-scaling-stroke" />
      {second.line === '' ? null : (
        <path d={second.line} className={styles['sparkOther']} vectorEffect="non-scaling-stroke" />
      )}
    </svg>
  );
}
