import { useCan } from '../../domain/account.ts';
import { useDraftSchedule, useScheduleWrong } from '../../domain/schedule-check.ts';
import { findDraftProblems } from './pattern-problem.ts';
import type { FormField, PolicyFormValues } from './policy-form.ts';
import { useDraftPreview, useServerWords } from './use-draft.ts';
import { useProblemWords } from './use-problem-words.ts';

/** Empty because nobody has been there yet; that is no mistake before one wants to save. */
const isUntouched = (values: PolicyFormValues, field: FormField): boolean =>
  (field === 'destinations' && values.destinations.length === 0) ||
  ((field === 'name' || field === 'project' || field === 'sourceRegistryId' || field === 'repositories') &&
    values[field] === '');

interface Attempt {
  wasSent: boolean;
  saveError: Error | null;
}

/** What is wrong with the draft, by the contract and by the server, and what it would do. */
export function useDraftCheck(values: PolicyFormValues, { wasSent, saveError }: Attempt) {
  const problemWords = useProblemWords();
  const isSystem = useCan('policy.manage');
  const { preview, previewed } = useDraftPreview(values);
  const schedule = useDraftSchedule(values.hasSchedule ? values : null);
  const wrongTimes = useScheduleWrong()(values.hasSchedule ? schedule : undefined);
  const serverWords = useServerWords(values);
  const problems = findDraftProblems(values, isSystem);
  const ofPreview = previewed === undefined ? {} : serverWords(preview.error);
  const ofSave = serverWords(saveError);
  const wrong: Partial<Record<FormField, string>> = {
    ...ofPreview,
    ...ofSave,
    ...wrongTimes,
  };
  for (const field of problems)
    if (wasSent || !isUntouched(values, field)) {
      wrong[field] = problemWords(field, values);
    }
  const collides = previewed !== undefined && (preview.data?.mapping.collisions.length ?? 0) > 0;
  return {
    preview,
    /** Nothing, too, where the server says at which fields it cannot be previewed: that is said there. */
    previewed: Object.keys(ofPreview).length > 0 ? undefined : previewed,
    schedule,
    problems,
    wrong,
    collides,
    isReady: problems.length === 0 && !collides && Object.keys(wrongTimes).length === 0,
    /** What the server said about no single field. */
    saveError: Object.keys(ofSave).length > 0 ? null : saveError,
  };
}
