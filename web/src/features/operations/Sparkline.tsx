import { sparklinePaths } from './sparkline-path.ts';
import styles from './operations.module.css';

const WIDTH = 240;
const HEIGHT = 44;

interface SparklineProps {
  values: readonly number[];
  /** What the line shows, in words, for those who do not see it. */
  label: string;
}

export function Sparkline({ values, label }: SparklineProps) {
  const { line, area } = sparklinePaths(values, WIDTH, HEIGHT);
  return (
    <svg
      role="img"
      aria-label={label}
      className={styles['sparkline']}
      viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`}
      preserveAspectRatio="none"
    >
      <path d={area} className={styles['sparkArea']} />
      <path d={line} className={styles['sparkLine']} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
