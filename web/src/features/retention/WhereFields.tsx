import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useEnvironmentName } from '../../domain/RegistryChip.tsx';
import { Field } from '../../ui/Field.tsx';
import type { EditorFieldsProps } from './editor-fields.ts';
import styles from './retention.module.css';

interface WhereFieldsProps extends EditorFieldsProps {
  project: string;
  environments: readonly string[];
  isEverywhere: boolean;
}

const asTyped = { spellCheck: false, autoCapitalize: 'none', autoComplete: 'off' } as const;

/** Which tags it is about. */
export function WhereFields({ values, wrong, onChange, project, environments, isEverywhere }: WhereFieldsProps) {
  const { t } = useTranslation('retention');
  const nameOf = useEnvironmentName();
  const id = useId();
  return (
    <section className={styles['part']} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{t('editor.where')}</h2>
      <div className={styles['field']}>
        <label htmlFor={id}>{t('editor.environment')}</label>
        <select
          id={id}
          className={styles['select']}
          value={values.environment}
          aria-invalid={wrong.environment !== undefined || undefined}
          onChange={(event) => onChange({ environment: event.target.value })}
        >
          {isEverywhere ? <option value="">{t('everywhere')}</option> : null}
          {environments.map((environment) => (
            <option key={environment} value={environment}>
              {nameOf(environment)}
            </option>
          ))}
        </select>
        {wrong.environment === undefined ? null : <p className={styles['error']}>{wrong.environment}</p>}
      </div>
      <div className={styles['pair']}>
        <Field
          {...asTyped}
          label={t('editor.repositories')}
          value={values.repositories}
          hint={t('editor.repositoriesHint', { project })}
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
      </div>
    </section>
  );
}
