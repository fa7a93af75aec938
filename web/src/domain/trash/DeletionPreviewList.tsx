import type { DeletionPreview } from 'bff/contract/trash';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useNow } from '../../i18n/now.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { shortenDigest } from '../digest.ts';
import { useErrorWords } from '../error-words.ts';
import { Cautions } from '../reasons/Cautions.tsx';
import { useReasonText } from '../reasons/reason-text.ts';
import { ReferenceText } from '../ReferenceText.tsx';
import { RegistryChip } from '../RegistryChip.tsx';
import { useRegistryDirectory } from '../registry-directory.ts';
import styles from './trash.module.css';
import type { DeletionPreviewState } from './use-deletion-previews.ts';

interface DeletionPreviewListProps {
  /** Of each preview. */
  registryIds: readonly string[];
  previews: readonly DeletionPreviewState[];
  /** What is still to be chosen, while nothing is. */
  invitation: string;
}

/** What a deletion would take, what it would leave and until when it can be had back, registry by registry. */
export function DeletionPreviewList({ registryIds, previews, invitation }: DeletionPreviewListProps) {
  const { t } = useTranslation('trash');
  const errorWords = useErrorWords();
  const isReading = previews.some(({ data, error }) => data === undefined && error === null);
  return (
    <section className={styles['preview']} aria-label={t('preview.title')} aria-busy={isReading}>
      <h3>{t('preview.title')}</h3>
      {previews.length === 0 ? <p className={styles['muted']}>{invitation}</p> : null}
      {previews.map(({ data, error, retry }, index) => {
        const registryId = registryIds[index] ?? '';
        return (
          <div key={registryId} className={styles['registry']}>
            {error !== null ? (
              <ErrorState title={t('preview.title')} error={errorWords(error)} onRetry={retry} />
            ) : data === undefined ? (
              <p className={styles['muted']}>{t('preview.reading')}</p>
            ) : (
              <Preview registryId={registryId} preview={data} isAlone={previews.length === 1} />
            )}
          </div>
        );
      })}
    </section>
  );
}

interface PreviewProps {
  registryId: string;
  preview: DeletionPreview;
  isAlone: boolean;
}

function Preview({ registryId, preview, isAlone }: PreviewProps) {
  const { t } = useTranslation('trash');
  const { name, environment } = useRegistryDirectory().find(registryId);
  const reasonText = useReasonText();
  const [obstacle] = preview.undeletable;
  const chip = isAlone ? null : <RegistryChip name={name} environment={environment} />;
  if (obstacle !== undefined) {
    return (
      <>
        {chip}
        <p className={styles['warn']}>
          {t('preview.undeletable', { registry: name })} {obstacle.reason === null ? null : reasonText(obstacle.reason)}
        </p>
      </>
    );
  }
  return (
    <>
      {chip}
      <Cautions cautions={preview.cautions} />
      {preview.total === 0 ? <p className={styles['muted']}>{t('preview.nothing')}</p> : <Goes preview={preview} />}
      <p className={styles['small']}>
        {preview.asOf === null ? (
          t('preview.never', { registry: name })
        ) : (
          <>
            {t('preview.asOf', { registry: name })} <RelativeTime instant={preview.asOf} />
            {t('stop')}
          </>
        )}{' '}
        {t('preview.truth')}
      </p>
    </>
  );
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

function Goes({ preview }: { preview: DeletionPreview }) {
  const { t } = useTranslation('trash');
  const { bytes, day } = useFormat();
  const nowMs = useNow(MINUTE_MS);
  const { items, held, total, heldCount, siblings, siblingCount, windowDays } = preview;
  const isHeld = (item: DeletionPreview['items'][number]) =>
    held.some(({ repository, tag }) => repository === item.repository && tag === item.tag);
  const count = total - heldCount;
  const kind = items.every(({ tag }) => tag !== null)
    ? 'tags'
    : items.every(({ tag }) => tag === null)
      ? 'manifests'
      : 'mixed';
  return (
    <>
      <Lines
        title={t(`preview.${kind}`, { count })}
        more={count - items.filter((item) => !isHeld(item)).length}
        entries={items
          .filter((item) => !isHeld(item))
          .map(({ repository, tag, digest }) => (
            <Line key={`${repository} ${tag ?? digest ?? ''}`} reference={tag ?? digest ?? ''} digest={digest} />
          ))}
      />
      <ul className={styles['facts']}>
        {preview.manifestCount === 0 ? (
          <li>{t('preview.noImages')}</li>
        ) : (
          <li>
            {t('preview.images', { count: preview.manifestCount })}
            <Along preview={preview} />
          </li>
        )}
        <li>
          {preview.freedBytes === 0
            ? t('preview.freesNothing')
            : t('preview.frees', { size: bytes(preview.freedBytes) })}
        </li>
        <li>{t('preview.until', { count: windowDays, date: day(new Date(nowMs + windowDays * DAY_MS)) })}</li>
      </ul>
      <Lines
        title={t('preview.siblings', { count: siblingCount })}
        more={siblingCount - siblings.length}
        entries={siblings.map(({ repository, tag, digest }) => (
          <Line key={`${repository} ${tag}`} reference={tag} digest={digest} />
        ))}
      />
      <Lines
        title={t('preview.held', { count: heldCount })}
        more={heldCount - held.length}
        entries={held.map(({ repository, tag, rule }) => (
          <li key={`${repository} ${tag}`}>
            <ReferenceText reference={tag} /> <span className={styles['muted']}>{t('preview.heldBy', { rule })}</span>
          </li>
        ))}
      />
    </>
  );
}

/** What is below and about the images that go. */
function Along({ preview: { childCount, referrerCount } }: { preview: DeletionPreview }) {
  const { t } = useTranslation('trash');
  if (childCount === 0 && referrerCount === 0) return null;
  return (
    <ul>
      {childCount === 0 ? null : <li>{t('preview.children', { count: childCount })}</li>}
      {referrerCount === 0 ? null : <li>{t('preview.referrers', { count: referrerCount })}</li>}
    </ul>
  );
}

function Line({ reference, digest }: { reference: string; digest: string | null }) {
  return (
    <li>
      <ReferenceText reference={reference} />{' '}
      {digest === null || digest === reference ? null : (
        <span className={styles['digest']} title={digest}>
          {shortenDigest(digest)}
        </span>
      )}
    </li>
  );
}

function Lines({ title, entries, more }: { title: string; entries: readonly ReactNode[]; more: number }) {
  const { t } = useTranslation('trash');
  if (entries.length === 0) return null;
  return (
    <div className={styles['lines']}>
      <p>{title}</p>
      <ul>
        {entries}
        {more > 0 ? <li className={styles['muted']}>{t('preview.more', { count: more })}</li> : null}
      </ul>
    </div>
  );
}
