import SearchIcon from '@mui/icons-material/Search';
import Dialog from '@mui/material/Dialog';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useId, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { readRecent, rememberRecent } from './recent-searches.ts';
import { type SearchEntry, searchEntries, searchQuery } from './search-queries.ts';
import styles from './SearchPalette.module.css';
import { SearchResults } from './SearchResults.tsx';
import { useDebounced } from '../../ui/use-debounced.ts';

interface SearchPaletteProps {
  isOpen: boolean;
  onClose: () => void;
}

/** Search over everything, from anywhere: a combobox whose list is the answer. */
export function SearchPalette({ isOpen, onClose }: SearchPaletteProps) {
  const { t } = useTranslation('search');
  const titleId = useId();
  return (
    <Dialog
      open={isOpen}
      onClose={onClose}
      aria-labelledby={titleId}
      transitionDuration={0}
      slotProps={{ paper: { className: styles['paper'] ?? '', sx: { maxWidth: 'none' } } }}
    >
      <h2 id={titleId} className="visually-hidden">
        {t('title')}
      </h2>
      {isOpen ? <Palette onClose={onClose} /> : null}
    </Dialog>
  );
}

const PAUSE_MS = 120;

function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('search');
  const navigate = useNavigate();
  const listId = useId();
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const q = useDebounced(text.trim(), PAUSE_MS);
  const query = useQuery(searchQuery(q));
  const recent = useMemo(() => readRecent(localStorageOrNone()).map(asEntry), []);
  const isAsking = text.trim() !== '';
  const found = useMemo(() => (query.data === undefined ? [] : searchEntries(query.data)), [query.data]);
  const entries = isAsking ? found : recent;
  const activeIndex = Math.min(active, Math.max(0, entries.length - 1));

  const open = ({ kind, label, to }: SearchEntry) => {
    rememberRecent(localStorageOrNone(), { kind, label, to });
    onClose();
    void navigate(to);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter ends a composition of Chinese input; it opens nothing.
    if (event.nativeEvent.isComposing) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && entries.length > 0) {
      event.preventDefault();
      setActive((activeIndex + step + entries.length) % entries.length);
    } else if (event.key === 'Enter') {
      const entry = entries[activeIndex];
      // What is shown may still be the answer to less than what was typed.
      if (entry !== undefined && (!isAsking || (q === text.trim() && !query.isPlaceholderData))) open(entry);
    }
  };
  return (
    <>
      <div className={styles['inputLine']}>
        <SearchIcon fontSize="small" />
        <input
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- The one thing in the dialog that takes keys.
          autoFocus
          className={styles['input']}
          role="combobox"
          aria-expanded={entries.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={entries.length > 0 ? `${listId}-${activeIndex}` : undefined}
          aria-label={t('title')}
          placeholder={t('placeholder')}
          value={text}
          maxLength={256}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <SearchResults
        listId={listId}
        entries={entries}
        query={isAsking ? q : ''}
        activeIndex={activeIndex}
        onActivate={setActive}
        onOpen={open}
      />
      <Nothing
        isAsking={isAsking}
        isSettled={q === text.trim() && query.isSuccess && !query.isPlaceholderData}
        query={q}
        count={entries.length}
        error={query.error}
      />
      <div className={styles['footer']} aria-hidden="true">
        <span>{t('keys')}</span>
        <span>{t('hint')}</span>
      </div>
    </>
  );
}

interface NothingProps {
  isAsking: boolean;
  isSettled: boolean;
  query: string;
  count: number;
  error: unknown;
}

/** What stands where there are no results, and what is read out when there are. */
function Nothing({ isAsking, isSettled, query, count, error }: NothingProps) {
  const { t } = useTranslation('search');
  const errorWords = useErrorWords();
  if (isAsking && error !== null) {
    return (
      <div className={styles['empty']} role="alert">
        {t('failed', { reason: errorWords(error).sentence })}
      </div>
    );
  }
  if (count > 0)
    return <output className="visually-hidden">{isAsking && isSettled ? t('found', { count }) : ''}</output>;
  if (!isAsking) return <div className={styles['empty']}>{t('start')}</div>;
  return (
    <output className={styles['empty']}>
      {isSettled ? (
        <>
          <strong>{t('none', { query })}</strong> {t('noneNext')}
        </>
      ) : (
        t('searching')
      )}
    </output>
  );
}

function asEntry({ kind, label, to }: { kind: SearchEntry['kind']; label: string; to: string }): SearchEntry {
  return { kind, id: `recent ${to}`, label, detail: '', count: null, registryIds: [], to };
}

/** A browser may forbid storage altogether; then nothing is remembered. */
function localStorageOrNone(): Pick<Storage, 'getItem' | 'setItem'> {
  try {
    return localStorage;
  } catch {
    return { getItem: () => null, setItem: () => undefined };
  }
}
