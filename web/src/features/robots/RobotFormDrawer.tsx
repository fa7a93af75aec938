import type { Robot } from 'bff/contract/robots';
import { useState } from 'react';
import { type FieldErrors, type Resolver, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/api-error.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { EditConflict } from '../../ui/EditConflict.tsx';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { toast } from '../../ui/toast.ts';
import {
  bodyOf,
  changedFields,
  emptyRobotForm,
  fieldOf,
  findWrongFields,
  formOfRobot,
  type RobotField,
  type RobotFormValues,
} from './robot-form.ts';
import { RobotFields } from './RobotFields.tsx';
import { type RobotPlace, useReadRobot, useRobotActions } from './robots-queries.ts';
import { useRobotWords } from './use-robot-words.ts';

interface RobotFormDrawerProps {
  place: RobotPlace;
  /** Left out for a new one. */
  robot: Robot | undefined;
  environments: readonly string[];
  isEverywhere: boolean;
  onCreated: (made: { loginName: string; secret: string }) => void;
  onClose: () => void;
}

export function RobotFormDrawer({
  place,
  robot,
  environments,
  isEverywhere,
  onCreated,
  onClose,
}: RobotFormDrawerProps) {
  const { t } = useTranslation('robots');
  const errorWords = useErrorWords();
  const words = useRobotWords();
  const wrongWords = useWrongWords();
  // The account as the form knows it: what it is compared with, and whose version is sent.
  const [base, setBase] = useState(robot);
  const [theirs, setTheirs] = useState<Robot>();
  const { create, update } = useRobotActions(place);
  const readRobot = useReadRobot(place);
  const resolver: Resolver<RobotFormValues> = (values) => {
    const wrong = findWrongFields(values, base, new Date());
    if (wrong.length === 0) return { values, errors: {} };
    return { values: {}, errors: nestErrors(wrong, wrongWords) };
  };
  const form = useForm<RobotFormValues>({
    defaultValues: base === undefined ? emptyRobotForm() : formOfRobot(base),
    resolver,
  });
  const { isDirty } = form.formState;
  const error = create.error ?? update.error;

  const submit = form.handleSubmit(async (values) => {
    const body = bodyOf(values, base, new Date());
    try {
      if (base === undefined) {
        const { loginName, secret } = await create.mutateAsync({ name: values.name.trim(), ...body });
        onClose();
        onCreated({ loginName, secret });
        return;
      }
      const { version } = theirs ?? base;
      const change = { version, isDisabled: (theirs ?? base).isDisabled, ...body };
      const saved = await update.mutateAsync({ robotId: base.id, change });
      toast({ message: t('form.saved', { name: saved.loginName }), tone: 'ok' });
      onClose();
    } catch (refusal) {
      if (base !== undefined && refusal instanceof ApiError && refusal.code === 'version-conflict') {
        setTheirs(await readRobot(base.id));
        update.reset();
        return;
      }
      for (const field of refusedFields(refusal)) {
        form.setError(field, { message: isTaken(refusal) ? t('form.wrong.taken') : wrongWords(field) });
      }
    }
  });
  return (
    <FormDrawer
      isOpen
      title={base === undefined ? t('form.addTitle') : t('form.editTitle', { name: base.loginName })}
      submitLabel={t(base === undefined ? 'form.create' : 'form.save')}
      submitError={error === null || refusedFields(error).length > 0 ? null : errorWords(error)}
      isSubmitting={create.isPending || update.isPending}
      isDirty={isDirty}
      onSubmit={(event) => void submit(event)}
      onClose={onClose}
    >
      {base !== undefined && theirs !== undefined ? (
        <EditConflict
          name={theirs.loginName}
          fields={changedFields(base, theirs).map((field) => {
            const yours = { ...base, ...bodyOf(form.getValues(), base, new Date()) };
            const value = (of: Robot) =>
              field === 'permissions'
                ? words.permissions(of.permissions)
                : field === 'expiresAt'
                  ? words.expiry(of)
                  : of.description;
            return { key: field, label: t(`form.conflict.${field}`), theirs: value(theirs), yours: value(yours) };
          })}
          onTake={() => {
            setBase(theirs);
            setTheirs(undefined);
            form.reset(formOfRobot(theirs));
          }}
        />
      ) : null}
      <RobotFields
        form={form}
        place={place}
        isNew={base === undefined}
        environments={environments}
        isEverywhere={isEverywhere}
      />
    </FormDrawer>
  );
}

const isTaken = (error: unknown) => error instanceof ApiError && error.code === 'name-taken';

/** The fields that the server's answer is about. */
function refusedFields(error: unknown): RobotField[] {
  if (!(error instanceof ApiError)) return [];
  if (isTaken(error)) return ['name'];
  return [...new Set((error.problem?.fields ?? []).flatMap(({ path }) => fieldOf(path.split('.')) ?? []))];
}

function useWrongWords() {
  const { t } = useTranslation('robots');
  return (field: RobotField): string => {
    if (field === 'name' || field === 'description' || field === 'date' || field === 'permissions') {
      return t(`form.wrong.${field}`);
    }
    if (field.endsWith('.actions')) return t('form.wrong.actions');
    return t(field.endsWith('.environments') ? 'form.wrong.environments' : 'form.wrong.repositories');
  };
}

/** `permissions.0.actions` as the nested objects that the form library wants. */
function nestErrors(fields: readonly RobotField[], words: (field: RobotField) => string): FieldErrors<RobotFormValues> {
  const nested: Record<string, unknown> = {};
  for (const field of fields) {
    const [head = '', index, leaf] = field.split('.');
    const error = { type: 'wrong', message: words(field) };
    if (index === undefined || leaf === undefined) {
      nested[head] = error;
      continue;
    }
    const list = (nested[head] ??= []) as Record<string, unknown>[];
    (list[Number(index)] ??= {})[leaf] = error;
  }
  return nested;
}
