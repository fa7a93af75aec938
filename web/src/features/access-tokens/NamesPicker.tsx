import Autocomplete from '@mui/material/Autocomplete';
import FormControlLabel from '@mui/material/FormControlLabel';
import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import TextField from '@mui/material/TextField';
import { useTranslation } from 'react-i18next';
import styles from './access-tokens.module.css';

interface NamesPickerProps {
  legend: string;
  every: string;
  some: string;
  placeholder: string;
  isEvery: boolean;
  names: readonly string[];
  /** What is offered for the text that is typed. */
  options: readonly string[];
  isSearching?: boolean;
  error: string | undefined;
  onEvery: (isEvery: boolean) => void;
  onNames: (names: readonly string[]) => void;
  onText?: (text: string) => void;
}

/** All of something, or some by name. */
export function NamesPicker(props: NamesPickerProps) {
  const { legend, every, some, isEvery, names, options, isSearching = false, error, onEvery, onNames, onText } = props;
  const { t } = useTranslation('access-tokens');
  return (
    <fieldset className={styles['group']}>
      <legend>{legend}</legend>
      <RadioGroup
        aria-label={legend}
        value={isEvery ? 'every' : 'some'}
        onChange={(_event, value) => onEvery(value === 'every')}
      >
        <FormControlLabel value="every" control={<Radio size="small" />} label={every} />
        <FormControlLabel value="some" control={<Radio size="small" />} label={some} />
      </RadioGroup>
      {isEvery ? null : (
        <Autocomplete<string, true>
          multiple
          size="small"
          filterSelectedOptions
          disableCloseOnSelect
          options={[...options]}
          value={[...names]}
          loading={isSearching}
          loadingText={t('form.searching')}
          noOptionsText={t('form.nothing')}
          onInputChange={(_event, text) => onText?.(text)}
          onChange={(_event, chosen) => onNames(chosen)}
          renderInput={(params) => (
            <TextField
              {...params}
              placeholder={names.length === 0 ? props.placeholder : ''}
              error={error !== undefined}
              helperText={error}
              slotProps={{ ...params.slotProps, htmlInput: { ...params.slotProps.htmlInput, 'aria-label': legend } }}
            />
          )}
        />
      )}
    </fieldset>
  );
}
