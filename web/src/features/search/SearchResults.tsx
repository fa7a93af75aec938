import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { matchPieces } from './match-highlight.ts';
import { type SearchEntry, type SearchKind, searchKinds } from './search-queries.ts';
import styles from './SearchPalette.module.css';

interface SearchResultsProps {
  listId: string;
  entries: readonly SearchEntry[];
  /** Empty while the recent ones are shown. */
  query: string;
  activeIndex: number;
  onActivate: (index: number) => void;
  onOpen: (entry: SearchEntry) => void;
}

const groupNames = {
  project: 'projects',
  repository: 'repositories',
  tag: 'tags',
  digest: 'digests',
} as const satisfies Record<SearchKind, string>;

export function SearchResults({ listId, entries, query, activeIndex, onActivate, onOpen }: SearchResultsProps) {
  const { t } = useTranslation('search');
  useEffect(() => {
    document.getElementById(`${listId}-${activeIndex}`)?.scrollIntoView({ block: 'nearest' });
  }, [listId, activeIndex]);
  const indexed = entries.map((entry, index) => ({ entry, index }));
  const groups =
    query === ''
      ? [{ name: t('recent'), items: indexed }]
      : searchKinds.map((kind) => ({
          name: t(groupNames[kind]),
          items: indexed.filter(({ entry }) => entry.kind === kind),
        }));
  return (
    <div id={listId} role="listbox" aria-label={t('results')} className={styles['list']} hidden={entries.length === 0}>
      {groups
        .filter(({ items }) => items.length > 0)
        .map(({ name, items }) => (
          <div key={name} role="group" aria-label={name} className={styles['group']}>
            <div className={styles['groupName']} aria-hidden="true">
              {name}
            </div>
            {items.map(({ entry, index }) => (
              // The keyboard is the input's, which names the active option: https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- The input has the keys.
              <div
                key={entry.id}
                id={`${listId}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === activeIndex}
                className={styles['option']}
                onPointerMove={() => onActivate(index)}
                onClick={() => onOpen(entry)}
              >
                <Label text={entry.label} query={query} />
                <Detail entry={entry} />
              </div>
            ))}
          </div>
        ))}
    </div>
  );
}

function Label({ text, query }: { text: string; query: string }) {
  return (
    <span className={styles['label']} title={text}>
      {matchPieces(text, query).map((piece, index) =>
        // Pieces have no identity but their place.
        piece.isMatch ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>,
      )}
    </span>
  );
}

function Detail({ entry: { kind, detail, count, registryIds } }: { entry: SearchEntry }) {
  const { t } = useTranslation('search');
  const { find } = useRegistryDirectory();
  const names = registryIds.map((id) => find(id).name).join(', ');
  const words =
    kind === 'project' && count !== null
      ? t('repositoryCount', { count })
      : kind === 'repository' && count !== null
        ? t('tagCount', { count })
        : kind === 'digest' && registryIds.length > 0
          ? `${detail === '' ? t('untagged') : detail} · ${names}`
          : names;
  return (
    <span className={styles['detail']} title={words}>
      {words}
    </span>
  );
}
