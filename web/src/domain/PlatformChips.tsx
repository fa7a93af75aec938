import type { Platform } from 'bff/contract/words';
import { useTranslation } from 'react-i18next';
import styles from './PlatformChips.module.css';
import { summarizePlatforms } from './platform.ts';

interface PlatformChipsProps {
  platforms: readonly Platform[];
  /** How many are named; the rest is a number with its names in the title. */
  shown?: number;
}

export function PlatformChips({ platforms, shown = 2 }: PlatformChipsProps) {
  const { t } = useTranslation('domain');
  const { labels, remaining } = summarizePlatforms(platforms, shown);
  if (labels.length === 0) return null;
  const names = remaining.join(', ');
  return (
    <span className={styles['chips']}>
      {labels.map((label, index) => (
        // An index may list one platform twice.
        <span key={`${label} ${index}`} className={styles['chip']} title={label}>
          {label}
        </span>
      ))}
      {remaining.length === 0 ? null : (
        <span className={`${styles['chip']} ${styles['more']}`} title={names}>
          <span aria-hidden="true">+{remaining.length}</span>
          <span className="visually-hidden">{t('platforms.more', { count: remaining.length, names })}</span>
        </span>
      )}
    </span>
  );
}
