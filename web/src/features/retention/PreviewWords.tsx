import type { RetentionPreview } from 'bff/contract/retention';
import { useTranslation } from 'react-i18next';
import { Cautions } from '../../domain/reasons/Cautions.tsx';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { Sentence } from '../../ui/Sentence.tsx';
import styles from './retention.module.css';

/** The figures of a dry run as sentences, with what they do not cover. */
export function PreviewWords({ preview }: { preview: RetentionPreview }) {
  const { t } = useTranslation('retention');
  const { bytes, number } = useFormat();
  const { tagCount, deleteCount, keepCount, freedBytes, manyCount, cautions, asOf } = preview;
  return (
    <>
      {tagCount === 0 ? (
        <p className={styles['headline']}>{t('preview.none')}</p>
      ) : (
        <p className={styles['headline']}>
          {t('preview.goes', { count: deleteCount })}
          <span>{t('preview.stays', { count: keepCount, total: number(tagCount) })}</span>
        </p>
      )}
      {freedBytes === null || deleteCount === 0 ? null : <p>{t('preview.frees', { size: bytes(freedBytes) })}</p>}
      {manyCount === 0 ? null : <p className={styles['many']}>{t('preview.many', { count: manyCount })}</p>}
      <Cautions cautions={cautions} />
      <LeftOut preview={preview} />
      <Pulls preview={preview} />
      <p className={styles['hint']}>
        {asOf === null ? (
          t('preview.neverScanned')
        ) : (
          <Sentence text={t('preview.asOf')} parts={{ when: <RelativeTime instant={asOf} /> }} />
        )}
      </p>
    </>
  );
}

/** Registries of which nothing is concluded. */
export function LeftOut({ preview: { leftOut } }: { preview: Pick<RetentionPreview, 'leftOut'> }) {
  const { t } = useTranslation('retention');
  const reasonText = useReasonText();
  if (leftOut.length === 0) return null;
  return (
    <div className={styles['many']} role="status">
      <strong>{t('leftOut')}</strong>
      <ul>
        {leftOut.map(({ registryId, reason }) => (
          <li key={registryId}>{reasonText(reason)}</li>
        ))}
      </ul>
    </div>
  );
}

/** Since when pulls are known, and of which registries only those at the front door. */
function Pulls({ preview: { pulls } }: { preview: RetentionPreview }) {
  const { t } = useTranslation('retention');
  const directory = useRegistryDirectory();
  if (pulls.length === 0) return null;
  return (
    <ul className={styles['pulls']}>
      {pulls.map(({ registryId, since, isTold }) => (
        <li key={registryId}>
          <Sentence
            text={t('preview.pulls', { registry: directory.find(registryId).name })}
            parts={{ when: <RelativeTime instant={since} /> }}
          />{' '}
          {t(isTold ? 'preview.pullsTold' : 'preview.pullsUntold')}
        </li>
      ))}
    </ul>
  );
}
