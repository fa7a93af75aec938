import Button from '@mui/material/Button';
import FormControlLabel from '@mui/material/FormControlLabel';
import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import TextField from '@mui/material/TextField';
import type { Registry } from 'bff/contract/registries';
import { useId } from 'react';
import { Controller, type UseFormReturn, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { RegistryFormValues } from './registry-form.ts';
import styles from './registries.module.css';

interface RegistryAccessFieldsProps {
  form: UseFormReturn<RegistryFormValues>;
  stored: Registry | undefined;
}

/** How Longshore gets in: with an account of the registry's, or because the registry trusts its tokens. */
export function RegistryAccessFields({ form, stored }: RegistryAccessFieldsProps) {
  const { t } = useTranslation('registries');
  const { register, formState, control } = form;
  const { errors } = formState;
  const hintId = useId();
  const trusts = useWatch({ control, name: 'trustsLongshore' });
  return (
    <fieldset className={styles['group']}>
      <legend>{t('form.access')}</legend>
      <Controller
        name="trustsLongshore"
        control={control}
        render={({ field }) => (
          <RadioGroup
            aria-label={t('form.access')}
            value={field.value ? 'trust' : 'account'}
            onChange={(_event, value) => field.onChange(value === 'trust')}
          >
            <FormControlLabel value="account" control={<Radio size="small" />} label={t('form.withAccount')} />
            <FormControlLabel
              value="trust"
              control={<Radio size="small" slotProps={{ input: { 'aria-describedby': hintId } }} />}
              label={t('form.withTrust')}
            />
          </RadioGroup>
        )}
      />
      {trusts ? (
        <p id={hintId} className={styles['muted']}>
          {t(stored === undefined ? 'form.trustHintNew' : 'form.trustHint')}
        </p>
      ) : (
        <AccountFields form={form} stored={stored} />
      )}
      <TextField
        {...register('caPem')}
        label={t('form.ca')}
        multiline
        minRows={2}
        maxRows={8}
        error={errors.caPem !== undefined}
        helperText={errors.caPem?.message ?? t('form.caHint')}
        slotProps={{ inputLabel: { shrink: true }, htmlInput: { spellCheck: false, className: styles['url'] } }}
      />
      <TextField
        {...register('redirectHosts')}
        label={t('form.redirectHosts')}
        placeholder="s3.example.com"
        multiline
        maxRows={8}
        error={errors.redirectHosts !== undefined}
        helperText={errors.redirectHosts?.message ?? t('form.redirectHostsHint')}
        slotProps={{ inputLabel: { shrink: true }, htmlInput: { spellCheck: false, autoCapitalize: 'none' } }}
      />
    </fieldset>
  );
}

/** A stored password is never shown, only kept, replaced or removed. */
function AccountFields({ form, stored }: RegistryAccessFieldsProps) {
  const { t } = useTranslation('registries');
  const { register, formState, control, setValue } = form;
  const { errors } = formState;
  const isRemoved = useWatch({ control, name: 'isPasswordRemoved' });
  const hasStored = stored?.hasPassword === true;
  const passwordHint = isRemoved ? t('form.passwordRemoved') : hasStored ? t('form.passwordStored') : undefined;
  return (
    <>
      <div className={styles['pair']}>
        <TextField
          {...register('username')}
          label={t('form.username')}
          error={errors.username !== undefined}
          helperText={errors.username?.message ?? t('form.usernameHint')}
          slotProps={{
            inputLabel: { shrink: true },
            htmlInput: { autoComplete: 'off', spellCheck: false, autoCapitalize: 'none' },
          }}
        />
        <TextField
          {...register('password')}
          type="password"
          label={t('form.password')}
          disabled={isRemoved}
          error={errors.password !== undefined}
          helperText={errors.password?.message ?? passwordHint}
          // The browser would offer the password of the console.
          slotProps={{ inputLabel: { shrink: true }, htmlInput: { autoComplete: 'new-password' } }}
        />
      </div>
      {hasStored ? (
        <Button
          className={styles['start'] ?? ''}
          onClick={() => setValue('isPasswordRemoved', !isRemoved, { shouldDirty: true })}
        >
          {isRemoved ? t('form.passwordKeep') : t('form.passwordRemove')}
        </Button>
      ) : null}
    </>
  );
}
