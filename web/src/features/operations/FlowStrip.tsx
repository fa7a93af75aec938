import type { Operations } from 'bff/contract/operations';
import { useTranslation } from 'react-i18next';
import { useCurrentFigures } from '../../domain/current-figures.ts';
import { Figures } from '../../domain/tasks/Figures.tsx';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { usePeak } from './operations-queries.ts';
import styles from './operations.module.css';
import { Sparkline } from './Sparkline.tsx';

/** How much is going on, and how fast, in one line. */
export function FlowStrip({ operations }: { operations: Operations }) {
  const { t } = useTranslation('operations');
  const { rate, number } = useFormat();
  const current = useCurrentFigures();
  const { counts, oldestQueuedAt, rateBytesPerSecond, rateHistory } = operations;
  const peak = rate(usePeak(rateHistory, rateBytesPerSecond));
  return (
    <section className={styles['flow']} aria-label={t('flow.now')}>
      <Figures
        figures={[
          { key: 'running', label: t('flow.running'), value: number(counts.running) },
          { key: 'queued', label: t('flow.queued'), value: number(counts.queued) },
          { key: 'waiting', label: t('flow.waiting'), value: number(counts.waiting) },
          {
            key: 'oldest',
            label: t('flow.oldest'),
            value: oldestQueuedAt === null ? '–' : <RelativeTime instant={oldestQueuedAt} />,
          },
        ]}
      />
      <div className={styles['throughput']}>
        <Figures figures={[{ key: 'rate', label: t('flow.now'), value: current.rate(rateBytesPerSecond) ?? '–' }]} />
        <div className={styles['chart']}>
          <Sparkline values={rateHistory} label={t('flow.chart', { peak })} />
          <div className={styles['chartWords']} aria-hidden="true">
            <span>{t('flow.lastTwoMinutes')}</span>
            <span>{t('flow.peak', { rate: peak })}</span>
          </div>
        </div>
      </div>
    </section>
  );
}
