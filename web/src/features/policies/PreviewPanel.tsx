import Button from '@mui/material/Button';
import type { UseQueryResult } from '@tanstack/react-query';
import type { PolicyContent, PolicyPreview } from 'bff/contract/policies';
import type { PlannedWork } from 'bff/contract/replication';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiError } from '../../api/api-error.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RegistryChip } from '../../domain/RegistryChip.tsx';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useListWords } from '../../i18n/use-list-words.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Sentence } from '../../ui/Sentence.tsx';
import { PlanDialog } from './PlanDialog.tsx';
import type { Previewed } from './policies-queries.ts';
import styles from './policies.module.css';

interface PreviewPanelProps {
  preview: UseQueryResult<PolicyPreview, ApiError>;
  /** What it is the preview of; undefined while the draft cannot be previewed. */
  previewed: Exclude<Previewed, { policyId: string }> | undefined;
  /** Said instead of figures while it cannot. */
  instead: string;
}

/** What the draft would do today, in counts and bytes, with the list one click away. */
export function PreviewPanel({ preview, previewed, instead }: PreviewPanelProps) {
  const { t } = useTranslation('policies');
  const errorWords = useErrorWords();
  const [isListed, setIsListed] = useState(false);
  const { data, error, isFetching } = preview;
  return (
    <div className={styles['preview']} aria-live="polite" aria-busy={isFetching}>
      <h2>{t('preview.title')}</h2>
      {previewed === undefined ? (
        <p className={styles['muted']}>{instead}</p>
      ) : error !== null ? (
        <ErrorState title={t('preview.failed')} error={errorWords(error)} onRetry={() => void preview.refetch()} />
      ) : data === undefined ? (
        <p className={styles['muted']}>{t('preview.asking')}</p>
      ) : (
        <div data-old={preview.isPlaceholderData} className={styles['previewWords']}>
          <Collisions mapping={data.mapping} />
          <PreviewWords preview={data} content={previewed.content} />
          {data.tagCount === 0 ? null : (
            <Button variant="outlined" className={styles['start'] ?? ''} onClick={() => setIsListed(true)}>
              {t('preview.list')}
            </Button>
          )}
        </div>
      )}
      {isListed && previewed !== undefined ? (
        <PlanDialog previewed={previewed} onClose={() => setIsListed(false)} />
      ) : null}
    </div>
  );
}

interface PreviewWordsProps {
  preview: PolicyPreview;
  /** Of what it is the preview of. */
  content: PolicyContent;
}

/** The figures as sentences; for a saved policy as for a draft. */
export function PreviewWords({ preview, content }: PreviewWordsProps) {
  const { t } = useTranslation('policies');
  const work = useWorkWords();
  const directory = useRegistryDirectory();
  const { tagCount, repositoryCount, planned, destinations, asOf } = preview;
  return (
    <>
      <p className={styles['headline']}>
        {tagCount === 0
          ? t('preview.nothing')
          : t('preview.selected', {
              count: tagCount,
              repositories: t('preview.repositories', { count: repositoryCount }),
            })}
        {tagCount === 0 && planned.delete === 0 ? null : (
          <span>
            {destinations.length < 2
              ? work(planned)
              : t('preview.together', { count: destinations.length, work: work(planned) })}
          </span>
        )}
      </p>
      {destinations.length < 2 ? null : (
        <dl className={styles['perDestination']} aria-label={t('preview.perDestination')}>
          {destinations.map((each) => {
            const { name, environment } = directory.find(each.registryId);
            return (
              <div key={each.registryId}>
                <dt>
                  <RegistryChip name={name} environment={environment} />
                </dt>
                <dd>{work(each.planned)}</dd>
              </div>
            );
          })}
        </dl>
      )}
      <Masters masters={preview.masters} content={content} />
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

/** Who writes a policy back to where tags come from should mean it. */
function Masters({ masters, content }: Pick<PolicyPreview, 'masters'> & Pick<PreviewWordsProps, 'content'>) {
  const { t } = useTranslation('policies');
  const directory = useRegistryDirectory();
  if (masters.length === 0) return null;
  return (
    <div className={styles['masters']}>
      {masters.map(({ registryId, tagCount }) => (
        <p key={registryId}>
          <Sentence
            text={t('preview.masters', { count: tagCount })}
            parts={{ registry: <strong>{directory.find(registryId).name}</strong> }}
          />
        </p>
      ))}
      <p>{t(content.options.whenDifferent === 'replace' ? 'preview.mastersLater' : 'preview.mastersApart')}</p>
    </div>
  );
}

/** “31 not yet there, 4.2 GB to copy; 2 would be replaced”, without what is nothing. */
export function useWorkWords(): (planned: PlannedWork, inStep?: string) => string {
  const { t } = useTranslation('policies');
  const { bytes } = useFormat();
  return (planned, inStep = t('preview.inStep')) => {
    const parts = (['copy', 'replace', 'delete', 'differs', 'loses', 'impossible'] as const).flatMap((key) =>
      planned[key] === 0 ? [] : [t(`preview.${key}`, { count: planned[key] })],
    );
    if (parts.length === 0) return inStep;
    if (planned.bytes > 0) parts.push(t('preview.bytes', { size: bytes(planned.bytes) }));
    if (planned.upToDate > 0) parts.push(t('preview.upToDate', { count: planned.upToDate }));
    return parts.join(t('preview.comma'));
  };
}

function Collisions({ mapping: { collisions } }: Pick<PolicyPreview, 'mapping'>) {
  const { t } = useTranslation('policies');
  const list = useListWords();
  if (collisions.length === 0) return null;
  return (
    <div className={styles['collisions']} role="alert">
      <strong>{t('preview.collisions', { count: collisions.length })}</strong>
      <ul>
        {collisions.map(({ to, from }) => (
          <li key={to}>{t('preview.collision', { from: list(from), to })}</li>
        ))}
      </ul>
    </div>
  );
}
