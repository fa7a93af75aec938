import Autocomplete from '@mui/material/Autocomplete';
import TextField from '@mui/material/TextField';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { useDebounced } from '../../ui/use-debounced.ts';
import { type Person, peopleQuery } from './groups-queries.ts';

interface PeoplePickerProps {
  people: readonly Person[];
  onChange: (people: readonly Person[]) => void;
}

const PAUSE_MS = 200;

/** People are searched on the server while one types; those chosen stay as chips. */
export function PeoplePicker({ people, onChange }: PeoplePickerProps) {
  const { t } = useTranslation('groups');
  const errorWords = useErrorWords();
  const [text, setText] = useState('');
  const q = useDebounced(text.trim(), PAUSE_MS);
  const { data, error, isFetching } = useQuery(peopleQuery(q));
  const found = (data?.items ?? []).map(({ id, username, displayName }): Person => ({ id, username, displayName }));
  return (
    <Autocomplete<Person, true>
      multiple
      size="small"
      filterSelectedOptions
      disableCloseOnSelect
      options={found}
      value={[...people]}
      inputValue={text}
      loading={isFetching}
      loadingText={t('form.searching')}
      noOptionsText={error === null ? t('form.nobody') : errorWords(error).sentence}
      getOptionLabel={({ username }) => username}
      getOptionKey={({ id }) => id}
      isOptionEqualToValue={(option, value) => option.id === value.id}
      // The server has searched; names and e-mail addresses match there that are not in the label.
      filterOptions={(options) => options}
      onInputChange={(_event, value, reason) => {
        if (reason !== 'reset') setText(value);
      }}
      onChange={(_event, chosen) => {
        setText('');
        onChange(chosen);
      }}
      renderOption={({ key, ...props }, { username, displayName }) => (
        <li key={key} {...props}>
          <bdi>
            {username}
            {displayName === username ? null : ` · ${displayName}`}
          </bdi>
        </li>
      )}
      renderInput={(params) => (
        <TextField
          {...params}
          label={t('form.people')}
          placeholder={people.length === 0 ? t('form.peoplePlaceholder') : ''}
          helperText={t('form.peopleHint', { count: people.length })}
          slotProps={{ ...params.slotProps, inputLabel: { ...params.slotProps.inputLabel, shrink: true } }}
        />
      )}
    />
  );
}
