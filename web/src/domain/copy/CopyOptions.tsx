import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import TextField from '@mui/material/TextField';
import { RepositoryName, TagName } from 'bff/contract/words';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { isDigest } from '../digest.ts';
import styles from './copy.module.css';
import { canRenameTag, type CopyChoice, type CopySource } from './copy-plan.ts';

export interface NameProblems {
  repository: boolean;
  tag: boolean;
}

export function findNameProblems({ repository, tag }: Pick<CopyChoice, 'repository' | 'tag'>): NameProblems {
  return {
    repository: repository !== '' && !RepositoryName.safeParse(repository).success,
    tag: tag !== '' && !TagName.safeParse(tag).success,
  };
}

interface CopyOptionsProps {
  source: CopySource;
  choice: CopyChoice;
  problems: NameProblems;
  onChange: (change: Partial<CopyChoice>) => void;
}

/** Under which name, what goes along, and what to do where the tag is taken. */
export function CopyOptions({ source, choice, problems, onChange }: CopyOptionsProps) {
  const { t } = useTranslation('tasks');
  const differentId = useId();
  const [reference = ''] = source.references;
  return (
    <>
      <fieldset className={styles['group']}>
        <legend>{t('copy.names')}</legend>
        <TextField
          label={t('copy.repository')}
          value={choice.repository}
          placeholder={source.repository}
          onChange={(event) => onChange({ repository: event.target.value.trim() })}
          error={problems.repository}
          helperText={problems.repository ? t('copy.repositoryInvalid') : t('copy.repositoryHint')}
          slotProps={{ inputLabel: { shrink: true }, htmlInput: { spellCheck: false, autoCapitalize: 'none' } }}
        />
        {canRenameTag(source) ? (
          <TextField
            label={t('copy.tag')}
            value={choice.tag}
            placeholder={isDigest(reference) ? '' : reference}
            onChange={(event) => onChange({ tag: event.target.value.trim() })}
            error={problems.tag}
            helperText={problems.tag ? t('copy.tagInvalid') : t('copy.tagHint')}
            slotProps={{ inputLabel: { shrink: true }, htmlInput: { spellCheck: false, autoCapitalize: 'none' } }}
          />
        ) : null}
      </fieldset>
      <div className={styles['group']}>
        <span id={differentId}>{t('copy.different')}</span>
        <RadioGroup
          row
          aria-labelledby={differentId}
          value={choice.whenDifferent}
          onChange={(_event, value) => onChange({ whenDifferent: value === 'skip' ? 'skip' : 'replace' })}
        >
          <FormControlLabel value="replace" control={<Radio size="small" />} label={t('copy.replace')} />
          <FormControlLabel value="skip" control={<Radio size="small" />} label={t('copy.skip')} />
        </RadioGroup>
        <FormControlLabel
          control={
            <Checkbox
              checked={choice.includeReferrers}
              onChange={(_event, isChecked) => onChange({ includeReferrers: isChecked })}
            />
          }
          label={t('copy.referrers')}
        />
      </div>
    </>
  );
}
