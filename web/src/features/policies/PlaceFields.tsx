import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import { useInfiniteQuery } from '@tanstack/react-query';
import { listProjects } from 'bff/contract/projects';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { endpointPages } from '../../api/endpoint-query.ts';
import { useCan } from '../../domain/account.ts';
import { mayWriteTo } from '../../domain/policy/policy-rights.ts';
import { canAt, useProjectAccess } from '../../domain/project-access.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RegistryChip, useEnvironmentName } from '../../domain/RegistryChip.tsx';
import { Field } from '../../ui/Field.tsx';
import type { EditorFieldsProps } from './editor-fields.ts';
import { EditorSection } from './EditorSection.tsx';
import styles from './policies.module.css';
import { emptyPolicyForm } from './policy-form.ts';
import { SelectField } from './SelectField.tsx';

const MOST_PROJECTS = 500;

/** What it is called, whose it is, and where it copies from. */
export function FromFields({ values, wrong, onChange, isNew }: EditorFieldsProps & { isNew: boolean }) {
  const { t } = useTranslation('policies');
  const { registries } = useRegistryDirectory();
  const environmentName = useEnvironmentName();
  const access = useProjectAccess(values.project);
  const sources = registries.filter(
    ({ id, environment }) =>
      values.project === '' || id === values.sourceRegistryId || canAt(access, 'artifact.pull', environment),
  );
  return (
    <>
      <div className={styles['partFields']}>
        <Field
          label={t('editor.name')}
          value={values.name}
          hint={t('editor.nameHint')}
          error={wrong.name}
          maxLength={100}
          autoComplete="off"
          aria-required
          onChange={(event) => onChange({ name: event.target.value })}
        />
        {isNew ? <ProjectChoice values={values} wrong={wrong} onChange={onChange} /> : null}
      </div>
      <EditorSection title={t('editor.from')}>
        <SelectField
          label={t('editor.source')}
          value={values.sourceRegistryId}
          error={wrong.sourceRegistryId}
          onChange={(sourceRegistryId) =>
            onChange({
              sourceRegistryId,
              // It cannot be its own destination.
              destinations: values.destinations.filter(({ registryId }) => registryId !== sourceRegistryId),
            })
          }
        >
          <option value="">{t('editor.choose')}</option>
          {sources.map(({ id, name, environment }) => (
            <option key={id} value={id}>
              {name === environment ? name : `${name} · ${environmentName(environment)}`}
            </option>
          ))}
        </SelectField>
      </EditorSection>
    </>
  );
}

function ProjectChoice({ values, wrong, onChange }: EditorFieldsProps) {
  const { t } = useTranslation('policies');
  const isSystem = useCan('policy.manage');
  const { data } = useInfiniteQuery(endpointPages(listProjects, { query: { sort: 'name', limit: MOST_PROJECTS } }));
  const names = data?.pages.flatMap(({ items }) => items.map(({ name }) => name)) ?? [];
  const choices = values.project === '' || names.includes(values.project) ? names : [values.project, ...names];
  return (
    <SelectField
      label={t('editor.project')}
      value={values.project}
      hint={t(values.project === '' && isSystem ? 'editor.wholeSystemHint' : 'editor.projectHint')}
      error={wrong.project}
      onChange={(project) => {
        const isUntouched = values.repositories === emptyPolicyForm(values.project).repositories;
        onChange({ project, ...(isUntouched ? { repositories: emptyPolicyForm(project).repositories } : {}) });
      }}
    >
      <option value="">{t(isSystem ? 'editor.systemWide' : 'editor.choose')}</option>
      {choices.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}

/** Where it copies to; one that the reader may not write to is not offered. */
export function ToFields({ values, wrong, onChange }: EditorFieldsProps) {
  const { t } = useTranslation('policies');
  const errorId = useId();
  const { registries } = useRegistryDirectory();
  const access = useProjectAccess(values.project);
  const isSystem = useCan('policy.manage');
  const isChosen = (id: string) => values.destinations.some(({ registryId }) => registryId === id);
  const offered = registries.filter(
    ({ id, environment }) =>
      id !== values.sourceRegistryId &&
      (isChosen(id) || (values.project === '' ? isSystem : mayWriteTo(access, environment))),
  );
  const toggle = (id: string) =>
    onChange({
      destinations: isChosen(id)
        ? values.destinations.filter(({ registryId }) => registryId !== id)
        : [...values.destinations, { registryId: id, bandwidth: null }],
    });
  return (
    <EditorSection title={t('editor.to')}>
      <fieldset className={styles['choices']} aria-describedby={wrong.destinations === undefined ? undefined : errorId}>
        <legend>{t('editor.toHint')}</legend>
        {offered.length === 0 ? <p className={styles['muted']}>{t('editor.noDestination')}</p> : null}
        {offered.map(({ id, name, environment }) => (
          <FormControlLabel
            key={id}
            control={<Checkbox checked={isChosen(id)} onChange={() => toggle(id)} />}
            label={<RegistryChip name={name} environment={environment} />}
          />
        ))}
      </fieldset>
      {wrong.destinations === undefined ? null : (
        <p id={errorId} className={styles['error']} tabIndex={-1} data-wrong-group="true">
          {wrong.destinations}
        </p>
      )}
    </EditorSection>
  );
}
