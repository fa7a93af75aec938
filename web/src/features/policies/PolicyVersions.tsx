import Button from '@mui/material/Button';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Policy, PolicyVersion } from 'bff/contract/policies';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { versionPages } from './policies-queries.ts';
import styles from './policies.module.css';
import { PolicyDifference } from './PolicyDifference.tsx';

/** Every version, newest first, each with what it changed. */
export function PolicyVersions({ policy }: { policy: Policy }) {
  const { t } = useTranslation('policies');
  const errorWords = useErrorWords();
  const query = useInfiniteQuery(versionPages(policy.id));
  const versions = query.data?.pages.flatMap(({ items }) => items) ?? [];
  if (query.error !== null && versions.length === 0) {
    return (
      <ErrorState title={t('versions.notRead')} error={errorWords(query.error)} onRetry={() => void query.refetch()} />
    );
  }
  if (query.isPending) return <div className={styles['skeleton']} aria-busy="true" />;
  return (
    <>
      <ol className={styles['versions']} aria-label={t('versions.title')}>
        {versions.map((version, index) => (
          <Version
            key={version.version}
            version={version}
            before={versions[index + 1]}
            isCurrent={version.version === policy.version}
          />
        ))}
      </ol>
      {query.hasNextPage ? (
        <Button variant="outlined" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('versions.more')}
        </Button>
      ) : null}
    </>
  );
}

interface VersionProps {
  version: PolicyVersion;
  /** Undefined for the first, and for the last that is loaded. */
  before: PolicyVersion | undefined;
  isCurrent: boolean;
}

function Version({ version, before, isCurrent }: VersionProps) {
  const { t } = useTranslation('policies');
  const number = version.version;
  return (
    <li>
      <h2 className={styles['sectionTitle']}>
        {t('versions.version', { version: number })}{' '}
        {isCurrent ? <span className={styles['mark']}>{t('versions.current')}</span> : null}
      </h2>
      <p className={styles['muted']}>
        {version.changedBy === null ? null : `${t('versions.by', { who: version.changedBy })} · `}
        <RelativeTime instant={version.changedAt} />
      </p>
      {before !== undefined ? (
        <PolicyDifference before={before} after={version} same={t('versions.same')} />
      ) : number === 1 ? (
        <p className={styles['muted']}>{t('versions.first')}</p>
      ) : null}
    </li>
  );
}
