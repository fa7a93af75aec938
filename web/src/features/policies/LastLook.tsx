import type { Policy } from 'bff/contract/policies';
import { useTranslation } from 'react-i18next';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import styles from './policies.module.css';
import { useWorkWords } from './PreviewPanel.tsx';

type Look = NonNullable<Policy['lastLook']>;

/** When everything was last examined, and what there was to say of it; what there was to do is in a run. */
export function LastLook({ look: { at, found } }: { look: Look }) {
  const work = useWorkWords();
  const hasWork = found.copy + found.replace + found.delete > 0;
  return (
    <>
      <RelativeTime instant={at} />
      {hasWork ? null : ` · ${work(found)}`}
    </>
  );
}

/** The same in a line of its own. */
export function LastLookLine({ look }: { look: Look }) {
  const { t } = useTranslation('policies');
  return (
    <span className={styles['muted']}>
      {t('column.looked')} <LastLook look={look} />
    </span>
  );
}

/** It has looked since its last run, and no run came of it. */
export function hasLookedSince({ lastLook, lastExecution }: Pick<Policy, 'lastLook' | 'lastExecution'>): boolean {
  return lastLook !== null && (lastExecution === null || Date.parse(lastLook.at) > Date.parse(lastExecution.createdAt));
}
