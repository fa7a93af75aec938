import type { CopyPreview } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { StatusDot, type Tone } from '../../ui/StatusDot.tsx';
import { shortenDigest } from '../digest.ts';
import { useErrorWords } from '../error-words.ts';
import { Cautions } from '../reasons/Cautions.tsx';
import { useReasonText } from '../reasons/reason-text.ts';
import { ReferenceText } from '../ReferenceText.tsx';
import { useRegistryDirectory } from '../registry-directory.ts';
import styles from './copy.module.css';
import { type CopyOutcome, copyOutcomes, type CopySource, countOutcomes, hasWork } from './copy-plan.ts';
import type { CopyPreviewState } from './use-copy-preview.ts';

interface CopyPreviewListProps {
  source: CopySource;
  isChosen: boolean;
  preview: CopyPreviewState;
}

const SHOWN_ITEMS = 30;
const tones: Readonly<Record<CopyOutcome, Tone>> = {
  copy: 'accent',
  replace: 'warn',
  skip: 'neutral',
  'up-to-date': 'ok',
  impossible: 'danger',
};

/** What a copy would do, before it does; from the same knowledge the copy starts with. */
export function CopyPreviewList({ source, isChosen, preview }: CopyPreviewListProps) {
  const { t } = useTranslation('tasks');
  const errorWords = useErrorWords();
  const shown = preview.data ?? preview.previous;
  return (
    <section className={styles['preview']} aria-label={t('copy.preview')} aria-busy={preview.data === undefined}>
      <h3>{t('copy.preview')}</h3>
      {!isChosen ? (
        <p className={styles['muted']}>{t('copy.chooseDestination')}</p>
      ) : preview.error !== null ? (
        <ErrorState title={t('copy.preview')} error={errorWords(preview.error)} onRetry={preview.retry} />
      ) : shown === undefined ? (
        <p className={styles['muted']}>{t('copy.previewing')}…</p>
      ) : (
        <div className={styles['shown']} data-old={preview.data === undefined}>
          <PreviewSummary preview={shown} />
          <Cautions cautions={shown.cautions} />
          <PreviewItems source={source} preview={shown} />
        </div>
      )}
    </section>
  );
}

function PreviewSummary({ preview }: { preview: CopyPreview }) {
  const { t } = useTranslation('tasks');
  const { bytes } = useFormat();
  const counts = countOutcomes(preview);
  const words = copyOutcomes.flatMap((outcome) =>
    counts[outcome] === 0 ? [] : [t(`copy.count.${outcome}`, { count: counts[outcome] })],
  );
  const size =
    preview.bytesToCopy === null ? t('copy.bytesUnknown') : t('copy.bytes', { size: bytes(preview.bytesToCopy) });
  return (
    <p role="status" className={styles['summary']}>
      {hasWork(preview)
        ? [...words, size].join(' · ')
        : counts.impossible > 0
          ? words.join(' · ')
          : t('copy.nothingToDo')}
    </p>
  );
}

function PreviewItems({ source, preview }: { source: CopySource; preview: CopyPreview }) {
  const { t } = useTranslation('tasks');
  const { bytes } = useFormat();
  const reasonText = useReasonText();
  const directory = useRegistryDirectory();
  const items = preview.items.toSorted(
    (left, right) => copyOutcomes.indexOf(left.outcome) - copyOutcomes.indexOf(right.outcome),
  );
  const remaining = items.length - SHOWN_ITEMS;
  return (
    <ul>
      {items.slice(0, SHOWN_ITEMS).map((item) => {
        const { registryId, repository, tag } = item.destination;
        const reason = item.reason === null ? t(`copy.outcome.${item.outcome}`) : reasonText(item.reason);
        return (
          <li key={`${item.reference} ${registryId} ${repository} ${tag ?? ''}`} className={styles['item']}>
            <StatusDot tone={tones[item.outcome]} label={t(`copy.outcome.${item.outcome}`)} isLabelHidden />
            <div>
              <span className={styles['place']}>
                <bdi>{directory.find(registryId).name}</bdi>{' '}
                <ReferenceText
                  {...(repository === source.repository ? {} : { repository })}
                  reference={tag ?? item.digest ?? item.reference}
                />
              </span>
              <span className={styles['muted']}>
                {reason}
                {item.replacesDigest === null || item.outcome !== 'replace'
                  ? null
                  : ` · ${t('copy.replaces', { digest: shortenDigest(item.replacesDigest) })}`}
              </span>
            </div>
            <span className={styles['size']}>{item.totalSizeBytes === null ? '' : bytes(item.totalSizeBytes)}</span>
          </li>
        );
      })}
      {remaining > 0 ? <li className={styles['muted']}>{t('copy.more', { count: remaining })}</li> : null}
    </ul>
  );
}
