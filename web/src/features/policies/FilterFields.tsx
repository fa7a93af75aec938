import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import { useTranslation } from 'react-i18next';
import { Field } from '../../ui/Field.tsx';
import type { EditorFieldsProps } from './editor-fields.ts';
import { EditorSection } from './EditorSection.tsx';
import { PlatformField } from './PlatformField.tsx';
import styles from './policies.module.css';

const asTyped = { spellCheck: false, autoCapitalize: 'none', autoComplete: 'off' } as const;

/** Which tags belong to it, as sentences to be filled in. */
export function FilterFields({ values, wrong, onChange }: EditorFieldsProps) {
  const { t } = useTranslation('policies');
  return (
    <EditorSection title={t('editor.what')}>
      <div className={styles['pair']}>
        <Field
          {...asTyped}
          label={t('editor.repositories')}
          value={values.repositories}
          hint={t('editor.repositoriesHint')}
          error={wrong.repositories}
          aria-required
          onChange={(event) => onChange({ repositories: event.target.value })}
        />
        <Field
          {...asTyped}
          label={t('editor.but')}
          aria-label={`${t('editor.repositories')}: ${t('editor.but')}`}
          value={values.repositoriesNot}
          error={wrong.repositoriesNot}
          onChange={(event) => onChange({ repositoriesNot: event.target.value })}
        />
        <Field
          {...asTyped}
          label={t('editor.tags')}
          value={values.tags}
          hint={t('editor.tagsHint')}
          error={wrong.tags}
          aria-required
          onChange={(event) => onChange({ tags: event.target.value })}
        />
        <Field
          {...asTyped}
          label={t('editor.but')}
          aria-label={`${t('editor.tags')}: ${t('editor.but')}`}
          value={values.tagsNot}
          error={wrong.tagsNot}
          onChange={(event) => onChange({ tagsNot: event.target.value })}
        />
      </div>
      <Field
        {...asTyped}
        label={t('editor.semver')}
        value={values.semver}
        hint={t('editor.semverHint')}
        error={wrong.semver}
        onChange={(event) => onChange({ semver: event.target.value })}
      />
      <div className={styles['pair']}>
        <Field
          label={t('editor.newest')}
          value={values.newest}
          inputMode="numeric"
          hint={t('editor.newestUnit')}
          error={wrong.newest}
          onChange={(event) => onChange({ newest: event.target.value })}
        />
        <Field
          label={t('editor.newer')}
          value={values.newerThanDays}
          inputMode="numeric"
          hint={t('editor.newerUnit')}
          error={wrong.newerThanDays}
          onChange={(event) => onChange({ newerThanDays: event.target.value })}
        />
      </div>
      <PlatformField
        values={values.platforms}
        error={wrong.platforms}
        onChange={(platforms) => onChange({ platforms })}
      />
      <FormControlLabel
        control={
          <Checkbox
            checked={values.includeReferrers}
            onChange={(_event, includeReferrers) => onChange({ includeReferrers })}
          />
        }
        label={t('editor.referrers')}
      />
    </EditorSection>
  );
}
