import Autocomplete from '@mui/material/Autocomplete';
import TextField from '@mui/material/TextField';
import type { Answer } from 'bff/contract/endpoint';
import type { listMemberCandidates } from 'bff/contract/members';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { useDebounced } from '../../ui/use-debounced.ts';
import { memberKey } from './members-draft.ts';
import styles from './members.module.css';
import { useCandidates } from './members-queries.ts';

export type Candidate = Answer<typeof listMemberCandidates>['items'][number];

interface AddMemberProps {
  project: string;
  /** Keys of those who are in the grid already. */
  known: ReadonlySet<string>;
  onAdd: (candidate: Candidate) => void;
}

const PAUSE_MS = 200;
const none: readonly Candidate[] = [];

/** Finds people and groups by name; who is chosen becomes a row, to be given roles before anything is saved. */
export function AddMember({ project, known, onAdd }: AddMemberProps) {
  const { t } = useTranslation('members');
  const errorWords = useErrorWords();
  const [typed, setTyped] = useState('');
  const q = useDebounced(typed.trim(), PAUSE_MS);
  const candidates = useCandidates(project, q);
  return (
    <Autocomplete
      className={styles['add'] ?? ''}
      size="small"
      options={candidates.data?.items ?? none}
      value={null}
      inputValue={typed}
      onInputChange={(_event, value, reason) => {
        if (reason !== 'reset') setTyped(value);
      }}
      onChange={(_event, candidate) => {
        if (candidate === null) return;
        setTyped('');
        onAdd(candidate);
      }}
      blurOnSelect
      // The server has searched already, also in what is not shown.
      filterOptions={(options) => options}
      getOptionLabel={({ displayName }) => displayName}
      getOptionKey={memberKey}
      isOptionEqualToValue={(left, right) => memberKey(left) === memberKey(right)}
      getOptionDisabled={(option) => known.has(memberKey(option))}
      loading={candidates.isFetching}
      loadingText={t('add.asking')}
      noOptionsText={
        candidates.error === null ? t('add.none') : t('add.failed', { sentence: errorWords(candidates.error).sentence })
      }
      renderOption={({ key, ...props }, option) => (
        <li key={key} {...props}>
          <span className={styles['option']}>
            <bdi>{option.displayName}</bdi>
            <span className={styles['muted']}>
              {known.has(memberKey(option)) ? t('add.already') : `${t(`add.${option.kind}`)} · ${option.name}`}
            </span>
          </span>
        </li>
      )}
      renderInput={(params) => (
        <TextField
          {...params}
          placeholder={t('add.label')}
          slotProps={{
            ...params.slotProps,
            htmlInput: { ...params.slotProps.htmlInput, 'aria-label': t('add.label'), maxLength: 256 },
          }}
        />
      )}
    />
  );
}
