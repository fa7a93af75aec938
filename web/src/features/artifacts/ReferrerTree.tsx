import type { ReferrerShape } from 'bff/contract/artifacts';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { ApiError } from '../../api/api-error.ts';
import { DigestText } from '../../domain/DigestText.tsx';
import { useErrorWords } from '../../domain/error-words.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import type { Coordinates } from './artifacts-queries.ts';
import styles from './artifacts.module.css';
import { referrerKind } from './referrer-kind.ts';

interface ReferrerTreeProps {
  coordinates: Coordinates;
  /** Undefined while they are read. */
  referrers: readonly ReferrerShape[] | undefined;
  error: ApiError | null;
  onRetry: () => void;
}

/** Signatures, SBOMs and attestations, and what refers to those in turn. */
export function ReferrerTree({ coordinates, referrers, error, onRetry }: ReferrerTreeProps) {
  const { t } = useTranslation(['artifacts', 'common']);
  const errorWords = useErrorWords();
  if (referrers === undefined) {
    if (error === null) return <span className={styles['skeleton']} style={{ width: '50%' }} aria-hidden="true" />;
    return (
      <ErrorState
        title={t('common:ui.notRead', { what: t('tab.referrers') })}
        error={errorWords(error)}
        onRetry={onRetry}
      />
    );
  }
  if (referrers.length === 0) {
    return <EmptyState title={t('referrers.none')}>{t('referrers.noneNext')}</EmptyState>;
  }
  return (
    <div className={styles['tree']}>
      <ReferrerList coordinates={coordinates} referrers={referrers} label={t('referrers.label')} />
    </div>
  );
}

interface ReferrerListProps {
  coordinates: Coordinates;
  referrers: readonly ReferrerShape[];
  label?: string;
}

function ReferrerList({ coordinates, referrers, label }: ReferrerListProps) {
  const { t } = useTranslation('artifacts');
  const format = useFormat();
  return (
    <ul aria-label={label}>
      {referrers.map((referrer) => (
        <li key={referrer.digest}>
          <div className={styles['referrer']}>
            <strong>
              <Link to={paths.artifact(coordinates.repository, referrer.digest, { registry: coordinates.registryId })}>
                {t(`referrers.kind.${referrerKind(referrer.artifactType, referrer.annotations)}`)}
              </Link>
            </strong>
            <code className={styles['quiet']}>{referrer.artifactType ?? referrer.mediaType}</code>
            <DigestText digest={referrer.digest} />
            <span className={styles['quiet']}>{format.bytes(referrer.sizeBytes)}</span>
            {referrer.createdAt === null ? null : (
              <span className={styles['quiet']}>
                <RelativeTime instant={referrer.createdAt} />
              </span>
            )}
          </div>
          {referrer.referrers.length === 0 ? null : (
            <ReferrerList coordinates={coordinates} referrers={referrer.referrers} />
          )}
        </li>
      ))}
    </ul>
  );
}
