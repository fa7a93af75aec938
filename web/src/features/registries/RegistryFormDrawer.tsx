import Button from '@mui/material/Button';
import { useQueryClient } from '@tanstack/react-query';
import type { Registry } from 'bff/contract/registries';
import { useState } from 'react';
import { type FieldErrors, type Resolver, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/api-error.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { toast } from '../../ui/toast.ts';
import { changeOf, draftOf, emptyRegistryForm, findProblems, formOfRegistry, testOf } from './registry-form.ts';
import type { RegistryFormValues } from './registry-form.ts';
import { registryQuery, useSaveRegistry, useTestRegistry } from './registry-queries.ts';
import { RegistryConflict } from './RegistryConflict.tsx';
import { RegistryFields } from './RegistryFields.tsx';
import { RegistryTestResult } from './RegistryTestResult.tsx';
import { useFieldWords } from './use-field-words.ts';

interface RegistryFormDrawerProps {
  /** Left out for a new one. */
  registry: Registry | undefined;
  /** Those in use, offered as choices. */
  environments: readonly string[];
  onClose: () => void;
}

export function RegistryFormDrawer({ registry, environments, onClose }: RegistryFormDrawerProps) {
  const { t } = useTranslation('registries');
  const client = useQueryClient();
  const errorWords = useErrorWords();
  const words = useFieldWords();
  // The registry as the form knows it: what it is compared with, and whose version is sent.
  const [base, setBase] = useState(registry);
  const [theirs, setTheirs] = useState<Registry>();
  const save = useSaveRegistry();
  const test = useTestRegistry();
  const resolver: Resolver<RegistryFormValues> = (values) => {
    const problems = findProblems(values, base === undefined ? { kind: 'create' } : { kind: 'change', stored: base });
    if (problems.length === 0) return { values, errors: {} };
    const errors = Object.fromEntries(
      problems.map((problem) => [problem.field, { type: problem.kind, message: words.problem(problem) }]),
    );
    return { values: {}, errors: nestErrors(errors) };
  };
  const form = useForm<RegistryFormValues>({
    defaultValues: base === undefined ? emptyRegistryForm : formOfRegistry(base),
    resolver,
  });
  const { isDirty } = form.formState;

  const submit = form.handleSubmit(async (values) => {
    try {
      const saved = await save.mutateAsync(
        base === undefined
          ? { create: draftOf(values) }
          : { registryId: base.id, change: changeOf(values, theirs ?? base) },
      );
      toast({ message: t(base === undefined ? 'form.added' : 'form.saved', { name: saved.name }), tone: 'ok' });
      onClose();
    } catch (error) {
      if (base !== undefined && error instanceof ApiError && error.code === 'version-conflict') {
        setTheirs(await client.fetchQuery({ ...registryQuery(base.id), staleTime: 0 }));
        save.reset();
        return;
      }
      for (const { field, message } of words.ofServer(error, values)) form.setError(field, { message });
    }
  });
  const runTest = () => {
    const values = form.getValues();
    const problems = findProblems(values, { kind: 'test', stored: base });
    for (const problem of problems) {
      form.setError(problem.field as 'username', { message: words.problem(problem) }, { shouldFocus: true });
    }
    if (problems.length > 0) return;
    test.mutate(testOf(values, base), {
      onError: (error) => {
        for (const { field, message } of words.ofServer(error, values)) form.setError(field, { message });
      },
    });
  };
  const hasFieldWords = save.error !== null && words.ofServer(save.error, form.getValues()).length > 0;
  return (
    <FormDrawer
      isOpen
      title={base === undefined ? t('form.addTitle') : t('form.editTitle', { name: base.name })}
      submitLabel={base === undefined ? t('form.create') : t('form.save')}
      submitError={save.error === null || hasFieldWords ? null : errorWords(save.error)}
      isSubmitting={save.isPending}
      isDirty={isDirty}
      onSubmit={(event) => void submit(event)}
      onClose={onClose}
      extraActions={
        <Button variant="outlined" disabled={test.isPending} onClick={runTest}>
          {test.isPending ? t('form.testing') : t('form.test')}
        </Button>
      }
    >
      {base !== undefined && theirs !== undefined ? (
        <RegistryConflict
          base={base}
          theirs={theirs}
          yours={form.getValues()}
          onTake={() => {
            setBase(theirs);
            setTheirs(undefined);
            form.reset(formOfRegistry(theirs));
          }}
        />
      ) : null}
      <RegistryFields form={form} stored={base} environments={environments} />
      <RegistryTestResult test={test} />
    </FormDrawer>
  );
}

/** `endpointUrls.0.url` as the nested objects that the form library wants. */
function nestErrors(flat: Record<string, { type: string; message: string }>): FieldErrors<RegistryFormValues> {
  const nested: Record<string, unknown> = {};
  for (const [path, error] of Object.entries(flat)) {
    const [head = '', index, leaf] = path.split('.');
    if (index === undefined || leaf === undefined) {
      nested[head] = error;
      continue;
    }
    const list = (nested[head] ??= []) as Record<string, unknown>[];
    list[Number(index)] = { [leaf]: error };
  }
  return nested;
}
