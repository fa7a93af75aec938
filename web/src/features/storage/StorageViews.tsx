import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { SearchField } from '../../ui/SearchField.tsx';
import { toast } from '../../ui/toast.ts';
import { useUrlState } from '../../ui/use-url-state.ts';
import { type StorageOf, storageUrl, useMeasure } from './storage-queries.ts';
import styles from './storage.module.css';

export type StorageViewName = '' | 'repositories' | 'untagged';

export function useStorageView(): StorageViewName {
  const [{ view }] = useUrlState(storageUrl);
  return view === 'repositories' || view === 'untagged' ? view : '';
}

interface StorageToolbarProps {
  pathOf: (search: Readonly<Record<string, string>>) => string;
  untaggedCount: number;
  /** Whether the reader may see what is untagged. */
  hasUntagged: boolean;
}

/** The way between what is stored, where, and what is left over; and the search of the lists. */
export function StorageToolbar({ pathOf, untaggedCount, hasUntagged }: StorageToolbarProps) {
  const { t } = useTranslation('storage');
  const view = useStorageView();
  const [url, setUrl] = useUrlState(storageUrl);
  const current = (one: StorageViewName) => (one === view ? ({ 'aria-current': 'page' } as const) : {});
  return (
    <>
      <nav className={styles['views']} aria-label={t('views')}>
        <Link to={pathOf({})} {...current('')}>
          {t('title')}
        </Link>
        <Link to={pathOf({ view: 'repositories' })} {...current('repositories')}>
          {t('repositories')}
        </Link>
        {hasUntagged ? (
          <Link to={pathOf({ view: 'untagged' })} {...current('untagged')}>
            {t('untagged')}
            {untaggedCount === 0 ? null : ` (${untaggedCount})`}
          </Link>
        ) : null}
      </nav>
      {view === '' ? null : (
        <SearchField
          key={view}
          value={url.q}
          onChange={(q) => setUrl({ q })}
          label={t(view === 'untagged' ? 'searchUntagged' : 'search')}
        />
      )}
    </>
  );
}

export function MeasureButton({ of, isMeasuring }: { of: StorageOf; isMeasuring: boolean }) {
  const { t } = useTranslation('storage');
  const errorWords = useErrorWords();
  const measure = useMeasure(of);
  return (
    <Button
      variant="outlined"
      disabled={measure.isPending || isMeasuring}
      onClick={() =>
        measure.mutate(undefined, {
          onSuccess: () => void toast({ message: t('measureAsked') }),
          onError: (error) => void toast({ message: errorWords(error).sentence, tone: 'danger' }),
        })
      }
    >
      {isMeasuring ? t('measuring') : t('measure')}
    </Button>
  );
}
