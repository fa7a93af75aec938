import FormControlLabel from '@mui/material/FormControlLabel';
import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import type { PolicyPreview } from 'bff/contract/policies';
import { useTranslation } from 'react-i18next';
import { Field } from '../../ui/Field.tsx';
import type { EditorFieldsProps } from './editor-fields.ts';
import { EditorSection } from './EditorSection.tsx';
import styles from './policies.module.css';

const kinds = ['same', 'replace-prefix', 'template'] as const;
const EXAMPLES = 3;
const asTyped = { spellCheck: false, autoCapitalize: 'none', autoComplete: 'off' } as const;

interface NamingFieldsProps extends EditorFieldsProps {
  /** Of the draft as the server last saw it. */
  mapping: PolicyPreview['mapping'] | undefined;
}

/** What repositories are called at the destinations, with real ones under it. */
export function NamingFields({ values, wrong, onChange, mapping }: NamingFieldsProps) {
  const { t } = useTranslation('policies');
  const kind = values.mappingKind;
  return (
    <EditorSection title={t('editor.named')}>
      <RadioGroup
        row
        aria-label={t('editor.named')}
        value={kind}
        onChange={(_event, value) => onChange({ mappingKind: kinds.find((each) => each === value) ?? 'same' })}
      >
        {kinds.map((each) => (
          <FormControlLabel
            key={each}
            value={each}
            control={<Radio size="small" />}
            label={t(`editor.mapping.${each}`)}
          />
        ))}
      </RadioGroup>
      {kind === 'replace-prefix' ? (
        <div className={styles['pair']}>
          <Field
            {...asTyped}
            label={t('editor.mappingFrom')}
            value={values.mappingFrom}
            hint={t('editor.mappingFromHint')}
            error={wrong.mapping}
            onChange={(event) => onChange({ mappingFrom: event.target.value })}
          />
          <Field
            {...asTyped}
            label={t('editor.mappingTo')}
            value={values.mappingTo}
            onChange={(event) => onChange({ mappingTo: event.target.value })}
          />
        </div>
      ) : null}
      {kind === 'template' ? (
        <Field
          {...asTyped}
          label={t('editor.template')}
          value={values.mappingTemplate}
          hint={t('editor.templateHint')}
          error={wrong.mapping}
          onChange={(event) => onChange({ mappingTemplate: event.target.value })}
        />
      ) : null}
      <Examples mapping={mapping} />
    </EditorSection>
  );
}

function Examples({ mapping }: Pick<NamingFieldsProps, 'mapping'>) {
  const { t } = useTranslation('policies');
  const examples = mapping?.examples.slice(0, EXAMPLES) ?? [];
  if (examples.length === 0) return null;
  return (
    <div>
      <p className={styles['muted']}>{t('editor.examples')}</p>
      <ul className={styles['examples']} aria-label={t('editor.examples')}>
        {examples.map(({ from, to, isValid }) => (
          <li key={from}>
            <bdi>{from}</bdi> → <bdi>{to}</bdi>
            {isValid ? null : <span className={styles['error']}> {t('editor.exampleInvalid')}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
