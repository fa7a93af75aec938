import type { Reason } from 'bff/contract/words';
import { useTranslation } from 'react-i18next';
import styles from './Cautions.module.css';
import { useReasonText } from './reason-text.ts';

/** More than so many are not read before an answer. */
const SHOWN_CAUTIONS = 5;

/** What speaks against it, before it is done; of many the first ones, the others on demand. */
export function Cautions({ cautions }: { cautions: readonly Reason[] }) {
  const { t } = useTranslation(['common', 'reasons']);
  const reasonText = useReasonText();
  if (cautions.length === 0) return null;
  const paragraphs = cautions.map((caution) => <p key={caution.sentence}>{reasonText(caution)}</p>);
  // One alone would take the place of the line that hides it.
  const shown = cautions.length === SHOWN_CAUTIONS + 1 ? cautions.length : SHOWN_CAUTIONS;
  const remaining = cautions.length - shown;
  return (
    <div className={styles['cautions']} role="status">
      {paragraphs.slice(0, shown)}
      {remaining <= 0 ? null : (
        <details>
          <summary>{t('ui.moreWarnings', { count: remaining })}</summary>
          {paragraphs.slice(shown)}
        </details>
      )}
    </div>
  );
}
