import AddIcon from '@mui/icons-material/Add';
import CloseIcon from '@mui/icons-material/Close';
import Autocomplete from '@mui/material/Autocomplete';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import TextField from '@mui/material/TextField';
import type { Registry } from 'bff/contract/registries';
import { Controller, useFieldArray, type UseFormReturn } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { proposeRegistryId, type RegistryFormValues } from './registry-form.ts';
import { RegistryAccessFields } from './RegistryAccessFields.tsx';
import styles from './registries.module.css';

interface RegistryFieldsProps {
  form: UseFormReturn<RegistryFormValues>;
  stored: Registry | undefined;
  environments: readonly string[];
}

const USUAL_ENVIRONMENTS = ['development', 'testing', 'staging', 'production'];
const MOST_ENDPOINTS = 16;

export function RegistryFields({ form, stored, environments }: RegistryFieldsProps) {
  const { t } = useTranslation('registries');
  const { register, formState, control, setValue, getFieldState } = form;
  const { errors } = formState;
  const isNew = stored === undefined;
  const name = register('name', {
    onChange: (event: { target: { value: string } }) => {
      // Until a person has written an own identifier, it follows the name.
      if (isNew && !getFieldState('id').isDirty)
        form.resetField('id', { defaultValue: proposeRegistryId(event.target.value) });
    },
  });
  return (
    <>
      <TextField
        {...name}
        label={t('form.name')}
        autoFocus
        error={errors.name !== undefined}
        helperText={errors.name?.message ?? t('form.nameHint')}
        placeholder={t('form.namePlaceholder')}
        slotProps={{ inputLabel: { shrink: true }, htmlInput: { 'aria-required': true } }}
      />
      {isNew ? (
        <TextField
          {...register('id')}
          label={t('form.id')}
          error={errors.id !== undefined}
          helperText={errors.id?.message ?? t('form.idHint')}
          slotProps={{ inputLabel: { shrink: true }, htmlInput: { spellCheck: false, autoCapitalize: 'none' } }}
        />
      ) : null}
      <div className={styles['pair']}>
        <Controller
          name="environment"
          control={control}
          render={({ field }) => (
            <Autocomplete
              freeSolo
              size="small"
              options={[...new Set([...environments, ...USUAL_ENVIRONMENTS])]}
              inputValue={field.value}
              onInputChange={(_event, value) => setValue('environment', value, { shouldDirty: true })}
              renderInput={(params) => (
                <TextField
                  {...params}
                  slotProps={{ ...params.slotProps, inputLabel: { ...params.slotProps.inputLabel, shrink: true } }}
                  inputRef={field.ref}
                  onBlur={field.onBlur}
                  label={t('form.environment')}
                  error={errors.environment !== undefined}
                  helperText={errors.environment?.message ?? t('form.environmentHint')}
                />
              )}
            />
          )}
        />
        <TextField
          {...register('position')}
          label={t('form.position')}
          error={errors.position !== undefined}
          helperText={errors.position?.message ?? t('form.positionHint')}
          slotProps={{ inputLabel: { shrink: true }, htmlInput: { inputMode: 'numeric' } }}
        />
      </div>
      <EndpointFields form={form} />
      <RegistryAccessFields form={form} stored={stored} />
    </>
  );
}

function EndpointFields({ form }: Pick<RegistryFieldsProps, 'form'>) {
  const { t } = useTranslation('registries');
  const { control, register, formState } = form;
  const { fields, append, remove } = useFieldArray({ control, name: 'endpointUrls' });
  return (
    <fieldset className={styles['group']}>
      <legend>{t('form.endpoints')}</legend>
      {fields.map((field, index) => {
        const error = formState.errors.endpointUrls?.[index]?.url;
        return (
          <div key={field.id} className={styles['endpointField']}>
            <TextField
              {...register(`endpointUrls.${index}.url`)}
              label={t('form.endpoint', { number: index + 1 })}
              placeholder="https://registry.example.com"
              error={error !== undefined}
              helperText={error?.message ?? (index === 0 ? t('form.endpointsHint') : undefined)}
              slotProps={{
                inputLabel: { shrink: true },
                htmlInput: { type: 'url', spellCheck: false, autoCapitalize: 'none' },
              }}
            />
            {fields.length > 1 ? (
              <IconButton aria-label={t('form.removeEndpoint', { number: index + 1 })} onClick={() => remove(index)}>
                <CloseIcon fontSize="small" />
              </IconButton>
            ) : null}
          </div>
        );
      })}
      {fields.length < MOST_ENDPOINTS ? (
        <Button className={styles['start'] ?? ''} startIcon={<AddIcon />} onClick={() => append({ url: '' })}>
          {t('form.addEndpoint')}
        </Button>
      ) : null}
    </fieldset>
  );
}
