import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { Controller, type UseFormReturn, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { expiryChoices, proposedLoginName, type RobotFormValues } from './robot-form.ts';
import { RobotPermissionFields } from './RobotPermissionFields.tsx';
import type { RobotPlace } from './robots-queries.ts';
import styles from './robots.module.css';

interface RobotFieldsProps {
  form: UseFormReturn<RobotFormValues>;
  place: RobotPlace;
  isNew: boolean;
  environments: readonly string[];
  isEverywhere: boolean;
}

export function RobotFields({ form, place, isNew, environments, isEverywhere }: RobotFieldsProps) {
  const { t } = useTranslation('robots');
  const { register, control, formState } = form;
  const { errors } = formState;
  const [name, expiry] = useWatch({ control, name: ['name', 'expiry'] });
  return (
    <>
      {isNew ? (
        <TextField
          {...register('name')}
          label={t('form.name')}
          autoFocus
          error={errors.name !== undefined}
          helperText={errors.name?.message ?? t('form.nameHint', { loginName: proposedLoginName(place, name) })}
          slotProps={{
            inputLabel: { shrink: true },
            htmlInput: { 'aria-required': true, spellCheck: false, autoCapitalize: 'none' },
          }}
        />
      ) : null}
      <TextField
        {...register('description')}
        label={t('form.description')}
        error={errors.description !== undefined}
        helperText={errors.description?.message ?? t('form.descriptionHint')}
        slotProps={{ inputLabel: { shrink: true } }}
      />
      <div className={styles['pair']}>
        <Controller
          name="expiry"
          control={control}
          render={({ field }) => (
            <TextField
              {...field}
              select
              label={t('form.expiry')}
              helperText={expiry === 'never' ? t('form.neverHint') : undefined}
              slotProps={{ inputLabel: { shrink: true } }}
            >
              {expiryChoices.map((choice) => (
                <MenuItem key={choice} value={choice}>
                  {t(`form.expiryChoice.${choice}`)}
                </MenuItem>
              ))}
            </TextField>
          )}
        />
        {expiry === 'date' ? (
          <TextField
            {...register('date')}
            type="date"
            label={t('form.date')}
            error={errors.date !== undefined}
            helperText={errors.date?.message}
            slotProps={{ inputLabel: { shrink: true } }}
          />
        ) : null}
      </div>
      <RobotPermissionFields form={form} place={place} environments={environments} isEverywhere={isEverywhere} />
    </>
  );
}
