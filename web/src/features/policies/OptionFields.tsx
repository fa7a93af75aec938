import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Field } from '../../ui/Field.tsx';
import { BandwidthFields } from './BandwidthFields.tsx';
import type { EditorFieldsProps } from './editor-fields.ts';
import { EditorSection } from './EditorSection.tsx';
import styles from './policies.module.css';

/** What happens to what is there already, and how much of the network it may take. */
export function OptionFields(props: EditorFieldsProps) {
  const { values, wrong, onChange } = props;
  const { t } = useTranslation('policies');
  const differingId = useId();
  const deletionsId = useId();
  return (
    <EditorSection title={t('editor.how')}>
      <div>
        <FormControlLabel
          control={
            <Checkbox
              checked={values.propagateDeletions}
              slotProps={{ input: { 'aria-describedby': deletionsId } }}
              onChange={(_event, propagateDeletions) => onChange({ propagateDeletions })}
            />
          }
          label={t('editor.deletions')}
        />
        <p id={deletionsId} className={styles['hint']}>
          {t('editor.deletionsHint')}
        </p>
      </div>
      <div>
        <span id={differingId}>{t('editor.differing')}</span>
        <RadioGroup
          row
          aria-labelledby={differingId}
          value={values.whenDifferent}
          onChange={(_event, value) => onChange({ whenDifferent: value === 'report' ? 'report' : 'replace' })}
        >
          <FormControlLabel value="replace" control={<Radio size="small" />} label={t('editor.replace')} />
          <FormControlLabel value="report" control={<Radio size="small" />} label={t('editor.report')} />
        </RadioGroup>
      </div>
      <div className={styles['pair']}>
        <Field
          label={t('editor.concurrency')}
          value={values.concurrency}
          inputMode="numeric"
          hint={t('editor.concurrencyHint')}
          error={wrong.concurrency}
          onChange={(event) => onChange({ concurrency: event.target.value })}
        />
        <Field
          label={t('editor.attempts')}
          value={values.attempts}
          inputMode="numeric"
          hint={t('editor.attemptsHint')}
          error={wrong.attempts}
          onChange={(event) => onChange({ attempts: event.target.value })}
        />
      </div>
      <BandwidthFields {...props} />
    </EditorSection>
  );
}
