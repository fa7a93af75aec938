import AddIcon from '@mui/icons-material/Add';
import CloseIcon from '@mui/icons-material/Close';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import TextField from '@mui/material/TextField';
import { robotActions } from 'bff/contract/robots';
import { Controller, useFieldArray, type UseFormReturn, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { useEnvironmentName } from '../../domain/RegistryChip.tsx';
import { emptyPermission, type RobotFormValues } from './robot-form.ts';
import type { RobotPlace } from './robots-queries.ts';
import styles from './robots.module.css';

interface RobotPermissionFieldsProps {
  form: UseFormReturn<RobotFormValues>;
  place: RobotPlace;
  environments: readonly string[];
  isEverywhere: boolean;
}

const MOST_PERMISSIONS = 20;

/** Actions × environments × repositories, several times. */
export function RobotPermissionFields(props: RobotPermissionFieldsProps) {
  const { t } = useTranslation('robots');
  const { control, formState } = props.form;
  const { fields, append, remove } = useFieldArray({ control, name: 'permissions' });
  const wrong = formState.errors.permissions;
  return (
    <fieldset className={styles['group']}>
      <legend>{t('form.permissions')}</legend>
      {fields.map((field, index) => (
        <PermissionFields
          key={field.id}
          {...props}
          index={index}
          onRemove={fields.length > 1 ? () => remove(index) : undefined}
        />
      ))}
      {typeof wrong?.message === 'string' ? <p className={styles['wrong']}>{wrong.message}</p> : null}
      {fields.length < MOST_PERMISSIONS ? (
        <Button className={styles['start'] ?? ''} startIcon={<AddIcon />} onClick={() => append(emptyPermission())}>
          {t('form.addPermission')}
        </Button>
      ) : null}
    </fieldset>
  );
}

interface PermissionFieldsProps extends RobotPermissionFieldsProps {
  index: number;
  /** Undefined for the only one. */
  onRemove: (() => void) | undefined;
}

function PermissionFields({ form, place, environments, isEverywhere, index, onRemove }: PermissionFieldsProps) {
  const { t } = useTranslation(['robots', 'domain']);
  const environmentName = useEnvironmentName();
  const { register, control, formState } = form;
  const wrong = formState.errors.permissions?.[index];
  const isAll = useWatch({ control, name: `permissions.${index}.isEverywhere` });
  const chosen = useWatch({ control, name: `permissions.${index}.environments` });
  // One that no registry serves any more is shown while it is chosen, so that it can be taken away.
  const offered = [...new Set([...environments, ...chosen])];
  return (
    <fieldset className={styles['permission']}>
      <legend className="visually-hidden">{t('form.permission', { number: index + 1 })}</legend>
      {onRemove === undefined ? null : (
        <IconButton
          className={styles['take'] ?? ''}
          aria-label={t('form.removePermission', { number: index + 1 })}
          onClick={onRemove}
        >
          <CloseIcon fontSize="small" />
        </IconButton>
      )}
      <Choices label={t('form.actions')} wrong={wrong?.actions?.message}>
        <Controller
          name={`permissions.${index}.actions`}
          control={control}
          render={({ field }) => (
            <CheckList
              options={robotActions.map((action) => ({ value: action, label: t(`domain:action.${action}`) }))}
              value={field.value}
              onChange={field.onChange}
            />
          )}
        />
      </Choices>
      <Choices label={t('form.environments')} wrong={wrong?.environments?.message}>
        {isEverywhere || isAll ? (
          <label className={styles['check']}>
            <input type="checkbox" {...register(`permissions.${index}.isEverywhere`)} />
            {t('form.allEnvironments')}
          </label>
        ) : null}
        {isAll ? null : (
          <Controller
            name={`permissions.${index}.environments`}
            control={control}
            render={({ field }) => (
              <CheckList
                options={offered.map((environment) => ({ value: environment, label: environmentName(environment) }))}
                value={field.value}
                onChange={field.onChange}
              />
            )}
          />
        )}
      </Choices>
      <TextField
        {...register(`permissions.${index}.repositories`)}
        label={t('form.repositories')}
        error={wrong?.repositories !== undefined}
        helperText={
          wrong?.repositories?.message ??
          (place === undefined ? t('form.repositoriesHintSystem') : t('form.repositoriesHint', { project: place }))
        }
        slotProps={{ inputLabel: { shrink: true }, htmlInput: { spellCheck: false, autoCapitalize: 'none' } }}
      />
    </fieldset>
  );
}

interface ChoicesProps {
  label: string;
  wrong: string | undefined;
  children: React.ReactNode;
}

function Choices({ label, wrong, children }: ChoicesProps) {
  return (
    <div role="group" aria-label={label}>
      <p className={styles['label']} aria-hidden="true">
        {label}
      </p>
      <div className={styles['checks']}>{children}</div>
      {wrong === undefined ? null : (
        <p role="alert" className={styles['wrong']}>
          {wrong}
        </p>
      )}
    </div>
  );
}

interface CheckListProps<V extends string> {
  options: readonly { value: V; label: string }[];
  value: readonly V[];
  onChange: (value: V[]) => void;
}

/** Several of a few; in the order of the options, however they were ticked. */
function CheckList<V extends string>({ options, value, onChange }: CheckListProps<V>) {
  return options.map((option) => (
    <label key={option.value} className={styles['check']}>
      <input
        type="checkbox"
        checked={value.includes(option.value)}
        onChange={(event) =>
          onChange(
            options
              .map((each) => each.value)
              .filter((each) => (each === option.value ? event.target.checked : value.includes(each))),
          )
        }
      />
      <bdi>{option.label}</bdi>
    </label>
  ));
}
