import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { tagChoices } from './artifacts-queries.ts';
import styles from './artifacts.module.css';
import type { Side } from './compare-sides.ts';

interface SidePickerProps {
  /** Left or right. */
  label: string;
  repository: string;
  side: Side;
  onChange: (change: Partial<Side>) => void;
}

/** A registry and a tag or digest of the repository; tags are offered while one types. */
export function SidePicker({ label, repository, side, onChange }: SidePickerProps) {
  const { t } = useTranslation('artifacts');
  const listId = useId();
  const { registries, find } = useRegistryDirectory();
  const [draft, setDraft] = useState(side.reference);
  const [seen, setSeen] = useState(side.reference);
  if (seen !== side.reference) {
    setSeen(side.reference);
    setDraft(side.reference);
  }
  const choices = useQuery(tagChoices(repository, side.registryId, draft === side.reference ? '' : draft));
  const tags = choices.data?.items ?? [];
  const settle = (reference: string) => {
    if (reference !== '' && reference !== side.reference) onChange({ reference });
  };
  const ids = registries.map(({ id }) => id);
  return (
    <fieldset className={`${styles['pick']} ${styles['plainField']}`}>
      <legend className={styles['quiet']}>{label}</legend>
      <select
        className={styles['select']}
        aria-label={`${label}: ${t('comparison.registry')}`}
        value={side.registryId}
        onChange={(event) => onChange({ registryId: event.target.value })}
      >
        {side.registryId === '' || !ids.includes(side.registryId) ? (
          <option value={side.registryId}>
            {side.registryId === '' ? t('comparison.chooseRegistry') : find(side.registryId).name}
          </option>
        ) : null}
        {registries.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      <input
        className={styles['select']}
        aria-label={`${label}: ${t('comparison.reference')}`}
        placeholder={t('comparison.reference')}
        list={listId}
        value={draft}
        maxLength={256}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          const reference = event.target.value.trim();
          setDraft(reference);
          // A choice from the list is meant at once; half a word is not.
          if (tags.some(({ name }) => name === reference) && !(event.nativeEvent as InputEvent).inputType) {
            settle(reference);
          }
        }}
        onBlur={() => settle(draft)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') settle(draft);
        }}
      />
      <datalist id={listId}>
        {tags.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </datalist>
    </fieldset>
  );
}
