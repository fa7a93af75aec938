import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import TextField from '@mui/material/TextField';
import { useQueryClient } from '@tanstack/react-query';
import type { User } from 'bff/contract/users';
import { useId, useState } from 'react';
import { Controller, type Resolver, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/api-error.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { EditConflict } from '../../ui/EditConflict.tsx';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { toast } from '../../ui/toast.ts';
import {
  changedFields,
  changeOf,
  draftOf,
  emptyUserForm,
  findProblems,
  formOfUser,
  type UserFormValues,
} from './user-form.ts';
import { useCreateUser, userQuery, useUserActions } from './users-queries.ts';
import styles from './users.module.css';

export interface NewPassword {
  username: string;
  password: string;
}

interface UserFormDrawerProps {
  /** Left out for a new one. */
  user: User | undefined;
  /** One cannot take the own rights away by mistake. */
  isOneself: boolean;
  onCreated: (created: NewPassword) => void;
  onClose: () => void;
}

export function UserFormDrawer({ user: current, isOneself, onCreated, onClose }: UserFormDrawerProps) {
  // As it was when the form was opened: the list is read again meanwhile, and what somebody else saved is theirs.
  const [user] = useState(current);
  const { t } = useTranslation('users');
  const errorWords = useErrorWords();
  const adminHint = useId();
  const resolver: Resolver<UserFormValues> = (values) => {
    const problems = findProblems(values, user === undefined);
    if (problems.length === 0) return { values, errors: {} };
    const messages = problems.map((field) => [field, { type: 'invalid', message: t(`form.invalid.${field}`) }]);
    return { values: {}, errors: Object.fromEntries(messages) as object };
  };
  const form = useForm<UserFormValues>({
    defaultValues: user === undefined ? emptyUserForm : formOfUser(user),
    resolver,
  });
  const { register, control, formState } = form;
  const { errors, isDirty } = formState;
  const save = useSave({ user, onCreated, onClose });
  const isTaken = save.error instanceof ApiError && save.error.code === 'name-taken';
  return (
    <FormDrawer
      isOpen
      title={user === undefined ? t('form.addTitle') : t('form.editTitle', { name: user.username })}
      submitLabel={t(user === undefined ? 'form.create' : 'form.save')}
      submitError={save.error === null || isTaken ? null : errorWords(save.error)}
      isSubmitting={save.isPending}
      isDirty={isDirty}
      onSubmit={(event) => void form.handleSubmit(save.run)(event)}
      onClose={onClose}
    >
      {save.theirs === undefined || user === undefined ? null : (
        <UserConflict base={user} theirs={save.theirs} yours={form.getValues()} onTake={onClose} />
      )}
      {user === undefined ? (
        <TextField
          {...register('username')}
          label={t('form.username')}
          autoFocus
          error={errors.username !== undefined || isTaken}
          helperText={errors.username?.message ?? (isTaken ? t('form.taken') : t('form.usernameHint'))}
          slotProps={{
            inputLabel: { shrink: true },
            htmlInput: { autoComplete: 'off', autoCapitalize: 'none', spellCheck: false, 'aria-required': true },
          }}
        />
      ) : null}
      <TextField
        {...register('displayName')}
        label={t('form.displayName')}
        autoFocus={user !== undefined}
        error={errors.displayName !== undefined}
        helperText={errors.displayName?.message ?? t('form.displayNameHint')}
        slotProps={{ inputLabel: { shrink: true }, htmlInput: { autoComplete: 'off' } }}
      />
      <TextField
        {...register('email')}
        label={t('form.email')}
        error={errors.email !== undefined}
        helperText={errors.email?.message ?? t('form.emailHint')}
        slotProps={{ inputLabel: { shrink: true }, htmlInput: { type: 'email', autoComplete: 'off' } }}
      />
      <div>
        <Controller
          name="isSystemAdmin"
          control={control}
          render={({ field }) => (
            <FormControlLabel
              disabled={isOneself}
              control={
                <Checkbox
                  checked={field.value}
                  onChange={(_event, isChecked) => field.onChange(isChecked)}
                  slotProps={{ input: { 'aria-describedby': adminHint } }}
                />
              }
              label={t('form.systemAdmin')}
            />
          )}
        />
        <p id={adminHint} className={styles['muted']}>
          {t(isOneself ? 'form.systemAdminOneself' : 'form.systemAdminHint')}
        </p>
      </div>
      {user === undefined ? <p className={styles['muted']}>{t('form.passwordComes')}</p> : null}
    </FormDrawer>
  );
}

/** Makes or changes; a change that somebody else was faster with is shown beside theirs and can be sent again. */
function useSave({ user, onCreated, onClose }: Pick<UserFormDrawerProps, 'user' | 'onCreated' | 'onClose'>) {
  const { t } = useTranslation('users');
  const client = useQueryClient();
  const [theirs, setTheirs] = useState<User>();
  const create = useCreateUser();
  const { change } = useUserActions(user?.id ?? '');
  const run = async (values: UserFormValues) => {
    try {
      if (user === undefined) {
        const { username, password } = await create.mutateAsync(draftOf(values));
        onCreated({ username, password });
      } else {
        await change.mutateAsync(changeOf(values, (theirs ?? user).version));
        toast({ message: t('form.saved', { name: user.username }), tone: 'ok' });
      }
      onClose();
    } catch (error) {
      if (user === undefined || !(error instanceof ApiError) || error.code !== 'version-conflict') return;
      setTheirs(await client.fetchQuery({ ...userQuery(user.id), staleTime: 0 }));
      change.reset();
    }
  };
  return { run, theirs, error: create.error ?? change.error, isPending: create.isPending || change.isPending };
}

interface UserConflictProps {
  base: User;
  theirs: User;
  yours: UserFormValues;
  onTake: () => void;
}

function UserConflict({ base, theirs, yours, onTake }: UserConflictProps) {
  const { t } = useTranslation('users');
  const words = (value: string | boolean) => (typeof value === 'string' ? value : t(value ? 'form.yes' : 'form.no'));
  const theirValues = formOfUser(theirs);
  return (
    <EditConflict
      name={base.username}
      fields={changedFields(base, theirs).map((field) => ({
        key: field,
        label: t(field === 'isSystemAdmin' ? 'form.systemAdmin' : `form.${field}`),
        theirs: words(theirValues[field]),
        yours: words(yours[field]),
      }))}
      onTake={onTake}
    />
  );
}
