import TextField from '@mui/material/TextField';
import { useQueryClient } from '@tanstack/react-query';
import type { Group } from 'bff/contract/groups';
import { useState } from 'react';
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
  emptyGroupForm,
  findProblems,
  formOfGroup,
  type GroupFormValues,
  peopleWords,
} from './group-form.ts';
import { groupsQuery, useGroupActions } from './groups-queries.ts';
import { PeoplePicker } from './PeoplePicker.tsx';

interface GroupFormDrawerProps {
  /** Left out for a new one. */
  group: Group | undefined;
  onClose: () => void;
}

export function GroupFormDrawer({ group: current, onClose }: GroupFormDrawerProps) {
  // As it was when the form was opened: the list is read again meanwhile, and what somebody else saved is theirs.
  const [group] = useState(current);
  const { t } = useTranslation('groups');
  const errorWords = useErrorWords();
  const resolver: Resolver<GroupFormValues> = (values) => {
    const problems = findProblems(values);
    if (problems.length === 0) return { values, errors: {} };
    const messages = problems.map((field) => [field, { type: 'invalid', message: t(`form.invalid.${field}`) }]);
    return { values: {}, errors: Object.fromEntries(messages) as object };
  };
  const form = useForm<GroupFormValues>({
    defaultValues: group === undefined ? emptyGroupForm : formOfGroup(group),
    resolver,
  });
  const { register, control, formState } = form;
  const { errors, isDirty } = formState;
  const save = useSave(group, onClose);
  const isTaken = save.error instanceof ApiError && save.error.code === 'name-taken';
  return (
    <FormDrawer
      isOpen
      title={group === undefined ? t('form.addTitle') : t('form.editTitle', { name: group.name })}
      submitLabel={t(group === undefined ? 'form.create' : 'form.save')}
      submitError={save.error === null || isTaken ? null : errorWords(save.error)}
      isSubmitting={save.isPending}
      isDirty={isDirty}
      onSubmit={(event) => void form.handleSubmit(save.run)(event)}
      onClose={onClose}
    >
      {save.theirs === undefined || group === undefined ? null : (
        <GroupConflict base={group} theirs={save.theirs} yours={form.getValues()} onTake={onClose} />
      )}
      <TextField
        {...register('name')}
        label={t('form.name')}
        autoFocus
        error={errors.name !== undefined || isTaken}
        helperText={errors.name?.message ?? (isTaken ? t('form.taken') : t('form.nameHint'))}
        slotProps={{ inputLabel: { shrink: true }, htmlInput: { autoComplete: 'off', 'aria-required': true } }}
      />
      <TextField
        {...register('description')}
        label={t('form.description')}
        multiline
        maxRows={5}
        error={errors.description !== undefined}
        helperText={errors.description?.message}
        slotProps={{ inputLabel: { shrink: true } }}
      />
      <Controller
        name="people"
        control={control}
        render={({ field }) => <PeoplePicker people={field.value} onChange={field.onChange} />}
      />
    </FormDrawer>
  );
}

/** Makes or changes; a change that somebody else was faster with is shown beside theirs and can be sent again. */
function useSave(group: Group | undefined, onClose: () => void) {
  const { t } = useTranslation('groups');
  const client = useQueryClient();
  const [theirs, setTheirs] = useState<Group>();
  const { save } = useGroupActions();
  const run = async (values: GroupFormValues) => {
    try {
      const saved = await save.mutateAsync(
        group === undefined
          ? { create: draftOf(values) }
          : { groupId: group.id, change: changeOf(values, (theirs ?? group).version) },
      );
      toast({ message: t('form.saved', { name: saved.name }), tone: 'ok' });
      onClose();
    } catch (error) {
      if (group === undefined || !(error instanceof ApiError) || error.code !== 'version-conflict') return;
      const { items } = await client.fetchQuery({ ...groupsQuery(), staleTime: 0 });
      setTheirs(items.find(({ id }) => id === group.id));
      save.reset();
    }
  };
  return { run, theirs, error: save.error, isPending: save.isPending };
}

interface GroupConflictProps {
  base: Group;
  theirs: Group;
  yours: GroupFormValues;
  onTake: () => void;
}

function GroupConflict({ base, theirs, yours, onTake }: GroupConflictProps) {
  const { t } = useTranslation('groups');
  const values = {
    name: [theirs.name, yours.name],
    description: [theirs.description, yours.description],
    people: [peopleWords(theirs.users), peopleWords(yours.people)],
  } as const;
  return (
    <EditConflict
      name={base.name}
      fields={changedFields(base, theirs).map((field) => ({
        key: field,
        label: t(`form.${field}`),
        theirs: values[field][0],
        yours: values[field][1],
      }))}
      onTake={onTake}
    />
  );
}
