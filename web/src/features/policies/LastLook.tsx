import type { Policy } from 'bff/contract/policies';
import { useTranslation } from 'react-i18next';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import styles from './policies.module.css';
import { useWorkWords } from './PreviewPanel.tsx';

type Look = NonNullable<Policy['lastLook']>;

/** When everything was last examined, and what there was to say of it; what there was to do is in a run. */
export function LastLook({ look }: { look: Look }) {
  const words = useFoundWords()(look);
  return (
    <>
      <RelativeTime instant={look.at} />
      {words === null ? null : ` · ${words}`}
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

/** The same where there is no room for a long line: in two of them, or in one below a run, which is enough on a phone. */
export function LastLookLines({ look, isBelowRun }: { look: Look; isBelowRun: boolean }) {
  const { t } = useTranslation('policies');
  const words = useFoundWords()(look);
  const below = `${styles['muted']} ${styles['wideOnly']}`;
  return (
    <>
      <span className={isBelowRun ? below : styles['muted']} title={words ?? undefined}>
        {t('column.looked')} <RelativeTime instant={look.at} />
      </span>
      {isBelowRun || words === null ? null : <span className={below}>{words}</span>}
    </>
  );
}

function useFoundWords(): (look: Look) => string | null {
  const { t } = useTranslation('policies');
  const work = useWorkWords();
  return ({ found }) => (found.copy + found.replace + found.delete > 0 ? null : work(found, t('column.lookedInStep')));
}

/** It has looked since its last run, and no run came of it. */
export function hasLookedSince({ lastLook, lastExecution }: Pick<Policy, 'lastLook' | 'lastExecution'>): boolean {
  return lastLook !== null && (lastExecution === null || Date.parse(lastLook.at) > Date.parse(lastExecution.createdAt));
}
