import CloseIcon from '@mui/icons-material/Close';
import SearchIcon from '@mui/icons-material/Search';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './SearchField.module.css';

interface SearchFieldProps {
  value: string;
  /** Called a moment after the last key, and at once on Enter or when cleared. */
  onChange: (value: string) => void;
  /** Says what is searched: "Search tags". Also the placeholder. */
  label: string;
  maxLength?: number;
}

const PAUSE_MS = 200;

/** A search over the page's list. Slash focuses it, Escape clears it. */
export function SearchField({ value, onChange, label, maxLength = 256 }: SearchFieldProps) {
  const { t } = useTranslation('common');
  const [draft, setDraft] = useState(value);
  const [seen, setSeen] = useState(value);
  // What was said with `onChange` since `value` last agreed. It comes back later, perhaps while one types on.
  const [said, setSaid] = useState<readonly string[]>([]);
  const [isTyping, setIsTyping] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const input = useRef<HTMLInputElement>(null);
  if (value !== seen) {
    setSeen(value);
    // Unless it is what this field said, the URL was changed by another hand: a link, going back.
    const isOvertaken = isTyping || (said.includes(value) && value !== said.at(-1));
    if (!isOvertaken) {
      setSaid([]);
      if (value !== draft.trim()) setDraft(value);
    }
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  useSlashFocus(input);

  const settle = (text: string, delayMs: number) => {
    setDraft(text);
    setIsTyping(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setIsTyping(false);
      setSaid((before) => [...before, text.trim()]);
      onChange(text.trim());
    }, delayMs);
  };
  return (
    <div className={styles['field']}>
      <SearchIcon className={styles['icon']} />
      <input
        ref={input}
        type="search"
        className={styles['input']}
        value={draft}
        maxLength={maxLength}
        placeholder={label}
        aria-label={label}
        aria-keyshortcuts="/"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => settle(event.target.value, PAUSE_MS)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') settle(draft, 0);
          if (event.key === 'Escape' && draft !== '') {
            event.preventDefault();
            settle('', 0);
          }
        }}
      />
      {draft === '' ? (
        <kbd className={styles['hint']} aria-hidden="true">
          /
        </kbd>
      ) : (
        <button
          type="button"
          className={styles['clear']}
          aria-label={t('ui.clearSearch')}
          onClick={() => {
            settle('', 0);
            input.current?.focus();
          }}
        >
          <CloseIcon fontSize="inherit" />
        </button>
      )}
    </div>
  );
}

function useSlashFocus(input: React.RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [role="dialog"]'))
        return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [input]);
}
