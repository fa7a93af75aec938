import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { EditorFieldsProps } from './editor-fields.ts';
import styles from './retention.module.css';

/** What is kept, as sentences to be filled in: each can be switched on. */
export function RuleFields({ values, wrong, onChange }: EditorFieldsProps) {
  const { t } = useTranslation('retention');
  const id = useId();
  return (
    <section className={styles['part']} aria-labelledby={id}>
      <h2 id={id}>{t('editor.keep')}</h2>
      <p className={styles['hint']}>{t('editor.keepHint')}</p>
      {wrong.rules === undefined ? null : (
        <p className={styles['error']} role="alert">
          {wrong.rules}
        </p>
      )}
      <Rule
        label={t('editor.newest')}
        isOn={values.hasNewest}
        onSwitch={(hasNewest) => onChange({ hasNewest })}
        error={wrong.newest}
        unit={t('editor.newestUnit')}
        value={values.newest}
        onValue={(newest) => onChange({ newest })}
      />
      <Rule
        label={t('editor.pushed')}
        isOn={values.hasPushed}
        onSwitch={(hasPushed) => onChange({ hasPushed })}
        error={wrong.pushed}
        unit={t('editor.days')}
        value={values.pushed}
        onValue={(pushed) => onChange({ pushed })}
      />
      <Rule
        label={t('editor.pulled')}
        isOn={values.hasPulled}
        onSwitch={(hasPulled) => onChange({ hasPulled })}
        error={wrong.pulled}
        unit={t('editor.days')}
        value={values.pulled}
        onValue={(pulled) => onChange({ pulled })}
      />
      <Rule
        label={t('editor.tags')}
        isOn={values.hasTags}
        onSwitch={(hasTags) => onChange({ hasTags })}
        error={wrong.tags}
        hint={t('editor.tagsHint')}
        isText
        value={values.tags}
        onValue={(tags) => onChange({ tags })}
      />
      <FormControlLabel
        control={
          <Checkbox checked={values.usedElsewhere} onChange={(_event, usedElsewhere) => onChange({ usedElsewhere })} />
        }
        label={t('editor.elsewhere')}
      />
    </section>
  );
}

interface RuleProps {
  label: string;
  isOn: boolean;
  onSwitch: (isOn: boolean) => void;
  value: string;
  onValue: (value: string) => void;
  error: string | undefined;
  unit?: string;
  hint?: ReactNode;
  isText?: boolean;
}

/** A switch, and what belongs to it while it is on. */
function Rule({ label, isOn, onSwitch, value, onValue, error, unit, hint, isText = false }: RuleProps) {
  const id = useId();
  const isWrong = isOn && error !== undefined;
  const describedBy = `${hint === undefined ? '' : `${id}-hint`} ${isWrong ? `${id}-error` : ''}`.trim();
  return (
    <div className={styles['rule']}>
      <FormControlLabel
        control={<Checkbox checked={isOn} onChange={(_event, isChecked) => onSwitch(isChecked)} />}
        label={label}
      />
      {isOn ? (
        <span className={styles['ruleValue']} data-text={isText}>
          <input
            className={styles['input']}
            aria-label={unit === undefined ? label : `${label} (${unit})`}
            aria-invalid={isWrong || undefined}
            aria-describedby={describedBy === '' ? undefined : describedBy}
            inputMode={isText ? 'text' : 'numeric'}
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            value={value}
            onChange={(event) => onValue(event.target.value)}
          />
          {unit === undefined ? null : <span>{unit}</span>}
        </span>
      ) : null}
      {isOn && hint !== undefined ? (
        <p id={`${id}-hint`} className={styles['hint']}>
          {hint}
        </p>
      ) : null}
      {isWrong ? (
        <p id={`${id}-error`} className={styles['error']}>
          {error}
        </p>
      ) : null}
    </div>
  );
}
