import { useQueryClient } from '@tanstack/react-query';
import type { Policy } from 'bff/contract/policies';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { ApiError } from '../../api/api-error.ts';
import { policyQuery } from '../../domain/policy/policy-changes.ts';
import { paths } from '../../paths.ts';
import { toast } from '../../ui/toast.ts';
import { useSavePolicy } from './policies-queries.ts';
import { draftOf, emptyPolicyForm, formOfPolicy, type PolicyFormValues } from './policy-form.ts';
import { useDraftCheck } from './use-draft-check.ts';

/** The draft, what is wrong with it, what it would do, and its saving. */
export function usePolicyEditor(policy: Policy | undefined, project: string) {
  const client = useQueryClient();
  // The policy as the form knows it: what it is compared with, and whose version is sent.
  const [base, setBase] = useState(policy);
  const [theirs, setTheirs] = useState<Policy>();
  const initial = base === undefined ? emptyPolicyForm(project) : formOfPolicy(base);
  const [values, setValues] = useState(initial);
  const [sentCount, setSentCount] = useState(0);
  const isLeaving = useRef(false);
  const save = useSavePolicy();
  const leaveTo = useLeaving(base === undefined);
  const check = useDraftCheck(values, { wasSent: sentCount > 0, saveError: save.error });
  useEffect(() => {
    if (sentCount > 0) focusFirstWrong();
  }, [sentCount]);

  const submit = async () => {
    setSentCount(sentCount + 1);
    if (!check.isReady) return;
    const { name, content, ...draft } = draftOf(values);
    const { version } = theirs ?? base ?? { version: 0 };
    try {
      const saved = await save.mutateAsync(
        base === undefined
          ? { create: { name, content, ...draft } }
          : { policyId: base.id, change: { version, name, content } },
      );
      isLeaving.current = true;
      leaveTo(saved);
    } catch (error) {
      if (base === undefined || !(error instanceof ApiError) || error.code !== 'version-conflict') return;
      setTheirs(await client.fetchQuery({ ...policyQuery(base.id), staleTime: 0 }));
      save.reset();
    }
  };
  return {
    ...check,
    base,
    theirs,
    values,
    isDirty: JSON.stringify(values) !== JSON.stringify(initial),
    isSaving: save.isPending,
    isLeaving: () => isLeaving.current,
    change: (next: Partial<PolicyFormValues>) => {
      if (save.error !== null) save.reset();
      setValues((before) => ({ ...before, ...next }));
    },
    takeTheirs: () => {
      if (theirs === undefined) return;
      setBase(theirs);
      setTheirs(undefined);
      setValues(formOfPolicy(theirs));
    },
    submit,
  };
}

/** To what was saved, with a word about it. */
function useLeaving(isNew: boolean): (saved: Policy) => void {
  const { t } = useTranslation('policies');
  const navigate = useNavigate();
  return ({ id, name, version }) => {
    toast({ message: t(isNew ? 'editor.created' : 'editor.saved', { name, version }), tone: 'ok' });
    void navigate(paths.policy(id));
  };
}

function focusFirstWrong(): void {
  document.querySelector<HTMLElement>('form [aria-invalid="true"], form [data-wrong-group]')?.focus();
}
