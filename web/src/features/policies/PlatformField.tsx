import Autocomplete from '@mui/material/Autocomplete';
import TextField from '@mui/material/TextField';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAfterPress } from '../../ui/use-after-press.ts';
import styles from './policies.module.css';
import { platformsOf } from './policy-form.ts';

interface PlatformFieldProps {
  /** None: all. */
  values: readonly string[];
  error: string | undefined;
  onChange: (values: readonly string[]) => void;
}

const USUAL_PLATFORMS = [
  'linux/amd64',
  'linux/arm64',
  'linux/arm/v7',
  'linux/arm/v6',
  'linux/386',
  'linux/ppc64le',
  'linux/s390x',
  'linux/riscv64',
  'windows/amd64',
];

/** Platforms as chips: the usual ones are offered, others are typed. */
export function PlatformField({ values, error, onChange }: PlatformFieldProps) {
  const { t } = useTranslation('policies');
  const id = useId();
  const [text, setText] = useState('');
  const afterPress = useAfterPress();
  const add = (typed: string) => {
    setText('');
    if (typed.trim() !== '') onChange(platformsOf([...values, typed]));
  };
  return (
    <div className={styles['field']}>
      <label htmlFor={id}>{t('editor.platforms')}</label>
      <Autocomplete<string, true, false, true>
        id={id}
        multiple
        freeSolo
        filterSelectedOptions
        size="small"
        options={USUAL_PLATFORMS}
        value={[...values]}
        inputValue={text}
        // A space or a comma ends a name, as Enter does.
        onInputChange={(_event, typed) => (/[\s,]$/.test(typed) ? add(typed) : setText(typed))}
        onChange={(_event, chosen) => onChange(platformsOf(chosen))}
        onBlur={() => afterPress(() => add(text))}
        renderInput={(params) => (
          <TextField
            {...params}
            error={error !== undefined}
            slotProps={{
              ...params.slotProps,
              htmlInput: {
                ...params.slotProps.htmlInput,
                spellCheck: false,
                autoCapitalize: 'none',
                'aria-describedby': error === undefined ? `${id}-hint` : `${id}-hint ${id}-error`,
              },
            }}
          />
        )}
      />
      <p id={`${id}-hint`} className={styles['hint']}>
        {t('editor.platformsHint')}
      </p>
      {error === undefined ? null : (
        <p id={`${id}-error`} className={styles['error']}>
          {error}
        </p>
      )}
    </div>
  );
}
