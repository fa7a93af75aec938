import type { StoragePoint } from 'bff/contract/storage';
import { type PointerEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format.ts';
import { chartPaths, pointAt } from './storage-series.ts';
import styles from './storage.module.css';

const WIDTH = 600;
const HEIGHT = 120;

/** Bytes over time, of that the unique ones; who points at a day reads its figures. */
export function StorageChart({ series, today }: { series: readonly StoragePoint[]; today: string }) {
  const { t } = useTranslation('storage');
  const { bytes, day } = useFormat();
  const [share, setShare] = useState<number | null>(null);
  const [first] = series;
  const last = series.at(-1);
  if (first === undefined || last === undefined) return null;
  if (first.day >= today) return <p className={styles['muted']}>{t('chart.short')}</p>;
  const { area, line, unique } = chartPaths(series, today, WIDTH, HEIGHT);
  const shown = pointAt(series, today, share ?? 1) ?? last;
  const point = ({ clientX, currentTarget }: PointerEvent<SVGSVGElement>) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    setShare(Math.min(1, Math.max(0, (clientX - left) / Math.max(1, width))));
  };
  const label = t('chart.label', {
    from: bytes(first.bytes),
    first: day(first.day),
    to: bytes(last.bytes),
    last: day(today),
  });
  return (
    <figure className={styles['chart']}>
      <svg
        role="img"
        aria-label={label}
        viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`}
        preserveAspectRatio="none"
        onPointerMove={point}
        onPointerLeave={() => setShare(null)}
      >
        <path d={area} className={styles['area']} />
        <path d={unique} className={styles['uniqueArea']} />
        <path d={line} className={styles['chartLine']} vectorEffect="non-scaling-stroke" />
        {share === null ? null : (
          <path d={`M${share * WIDTH} 0V${HEIGHT}`} className={styles['cursor']} vectorEffect="non-scaling-stroke" />
        )}
      </svg>
      <figcaption className={styles['chartWords']}>
        <span>{day(first.day)}</span>
        <span>
          {t('chart.at', { day: day(shown.day), bytes: bytes(shown.bytes), unique: bytes(shown.uniqueBytes) })}
        </span>
        <span>{t('chart.peak', { bytes: bytes(Math.max(...series.map((one) => one.bytes))) })}</span>
      </figcaption>
    </figure>
  );
}
