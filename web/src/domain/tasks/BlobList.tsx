import type { TaskBlob } from 'bff/contract/replication';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format.ts';
import { ProgressBar } from '../../ui/ProgressBar.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { shortenDigest } from '../digest.ts';
import { DigestText } from '../DigestText.tsx';
import { groupBlobs } from './blob-groups.ts';
import { blobFraction } from './task-figures.ts';
import { blobTone } from './task-status.ts';
import styles from './tasks.module.css';

/** Every blob of a task with its own bar, by platform. */
export function BlobList({ blobs }: { blobs: readonly TaskBlob[] }) {
  const { t } = useTranslation('tasks');
  const groups = groupBlobs(blobs);
  return (
    <div className={styles['blobs']}>
      {groups.map((group) => (
        <section key={group.platform ?? ''} aria-label={group.platform ?? t('shared')}>
          {groups.length > 1 || group.platform !== null ? (
            <h4 className={styles['platform']}>{group.platform ?? t('shared')}</h4>
          ) : null}
          <ul className={styles['blobRows']}>
            {group.blobs.map((blob) => (
              <BlobRow key={blob.digest} blob={blob} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function BlobRow({ blob }: { blob: TaskBlob }) {
  const { t } = useTranslation('tasks');
  const { bytes } = useFormat();
  const short = shortenDigest(blob.digest);
  const words =
    blob.state === 'running'
      ? t('figures.bytes', { done: bytes(blob.bytesDone), total: bytes(blob.sizeBytes) })
      : bytes(blob.sizeBytes);
  return (
    <li className={styles['blobRow']}>
      <span className={styles['blobKind']}>{t(`blobKind.${blob.kind}`)}</span>
      <DigestText digest={blob.digest} />
      <ProgressBar
        share={blobFraction(blob)}
        label={t('progressOf', { what: short })}
        valueText={`${t(`blobState.${blob.state}`)}, ${words}`}
        tone={blobTone(blob.state)}
      />
      <span className={styles['number']}>{words}</span>
      <StatusDot tone={blobTone(blob.state)} label={t(`blobState.${blob.state}`)} isActive={blob.state === 'running'} />
    </li>
  );
}
