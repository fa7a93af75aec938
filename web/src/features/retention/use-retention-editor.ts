import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ScheduleCheck } from 'bff/contract/policies';
import type { RetentionPlan } from 'bff/contract/retention';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { ApiError } from '../../api/api-error.ts';
import { useDraftSchedule, useScheduleWrong } from '../../domain/schedule-check.ts';
import { paths } from '../../paths.ts';
import { toast } from '../../ui/toast.ts';
import { useDebounced } from '../../ui/use-debounced.ts';
import {
  draftOf,
  emptyForm,
  fieldOfPath,
  findProblems,
  type FormField,
  formOf,
  type RetentionForm,
} from './retention-form.ts';
import { type Previewed, plansQuery, previewQuery, useRetentionActions } from './retention-queries.ts';

const PAUSE_MS = 350;
/** These say only when: what would go is the same whatever they are. */
const apart: ReadonlySet<FormField> = new Set(['cron', 'timeZone']);

export interface EditorInput {
  readonly project: string;
  /** Left out for a new one. */
  readonly plan?: RetentionPlan;
  /** Where the reader may make plans. */
  readonly environments: readonly string[];
}

/** The draft, what is wrong with it, what it would do, and its saving. */
export function useRetentionEditor({ project, plan, environments }: EditorInput) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { t } = useTranslation('retention');
  // The plan as the form knows it: what it is compared with, and whose version is sent.
  const [base, setBase] = useState(plan);
  const [initial, setInitial] = useState(() => (plan === undefined ? emptyForm(environments[0] ?? '') : formOf(plan)));
  const [values, setValues] = useState(initial);
  const [sentCount, setSentCount] = useState(0);
  const [theirs, setTheirs] = useState<RetentionPlan>();
  const isLeaving = useRef(false);
  const { save } = useRetentionActions(project);
  const problems = findProblems(values);
  const { preview, previewed } = useDraftPreview(project, base?.id ?? null, values, problems);
  const schedule = useDraftSchedule(values.hasSchedule ? values : null);
  const errors = [previewed === undefined ? null : preview.error, save.error];
  const wrong = useWrongWords(values, { problems, errors, schedule });
  useEffect(() => {
    if (sentCount > 0) document.querySelector<HTMLElement>('form [aria-invalid="true"]')?.focus();
  }, [sentCount]);

  const submit = async () => {
    setSentCount(sentCount + 1);
    if (problems.size > 0 || (values.hasSchedule && schedule?.isValid === false)) return;
    try {
      await save.mutateAsync({ plan: base, draft: draftOf(values) });
      isLeaving.current = true;
      toast({ message: t(base === undefined ? 'editor.created' : 'editor.saved'), tone: 'ok' });
      void navigate(paths.retention(project));
    } catch (error) {
      if (base === undefined || !(error instanceof ApiError) || error.code !== 'version-conflict') return;
      const { items } = await client.fetchQuery({ ...plansQuery(project), staleTime: 0 });
      setTheirs(items.find(({ id }) => id === base.id));
      save.reset();
    }
  };
  return {
    base,
    theirs,
    values,
    wrong,
    preview,
    previewed,
    schedule,
    submit,
    isSaving: save.isPending,
    saveError: Object.keys(wrong).length > 0 ? null : save.error,
    isDirty: JSON.stringify(values) !== JSON.stringify(initial),
    isLeaving: () => isLeaving.current,
    change: (next: Partial<RetentionForm>) => {
      if (save.error !== null) save.reset();
      setValues((before) => ({ ...before, ...next }));
    },
    takeTheirs: () => {
      if (theirs === undefined) return;
      setBase(theirs);
      setTheirs(undefined);
      setInitial(formOf(theirs));
      setValues(formOf(theirs));
    },
  };
}

interface Findings {
  readonly problems: ReadonlySet<FormField>;
  /** What the server says of the draft, or said when it was saved. */
  readonly errors: ReadonlyArray<Error | null>;
  readonly schedule: ScheduleCheck | undefined;
}

/** What is wrong with each field: the server's own sentence in English, ours in other languages. */
function useWrongWords(
  values: RetentionForm,
  { problems, errors, schedule }: Findings,
): Partial<Record<FormField, string>> {
  const { t, i18n } = useTranslation('retention');
  const scheduleWrong = useScheduleWrong();
  const isEnglish = i18n.language === 'en';
  const wrong: Partial<Record<FormField, string>> = {};
  for (const error of errors) {
    for (const { path, message } of error instanceof ApiError ? (error.problem?.fields ?? []) : []) {
      const field = fieldOfPath(path, draftOf(values));
      if (field !== undefined) wrong[field] = isEnglish ? message : t(`problem.${field}`);
    }
  }
  if (values.hasSchedule) Object.assign(wrong, scheduleWrong(schedule));
  for (const field of problems) wrong[field] = t(`problem.${field}`);
  return wrong;
}

/** The server's view of what is in the editor, a moment after the last key. */
function useDraftPreview(
  project: string,
  planId: string | null,
  values: RetentionForm,
  problems: ReadonlySet<FormField>,
) {
  const { environment, repositories, rules } = draftOf(values);
  const draft: Previewed = { project, planId, environment, repositories, rules };
  const isPreviewable = [...problems].every((field) => apart.has(field));
  const settled = useDebounced(isPreviewable ? JSON.stringify(draft) : '', PAUSE_MS);
  const previewed = settled === '' || !isPreviewable ? undefined : (JSON.parse(settled) as Previewed);
  const preview = useQuery({ ...previewQuery(previewed ?? draft), enabled: previewed !== undefined });
  return { preview, previewed };
}
