import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { PolicyContent } from 'bff/contract/policies';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/api-error.ts';
import { useCan } from '../../domain/account.ts';
import { useDebounced } from '../../ui/use-debounced.ts';
import { draftPreviewQuery } from './policies-queries.ts';
import { findDraftProblems } from './pattern-problem.ts';
import { useProblemWords } from './use-problem-words.ts';
import { contentOf, fieldOfPath, type FormField, type PolicyFormValues } from './policy-form.ts';

const PAUSE_MS = 350;
/** These say only when and how fast; what would be copied is the same whatever they are. */
const apartFromPreview = new Set<FormField>(['name', 'cron', 'timeZone', 'bandwidth', 'concurrency', 'attempts']);
const neutral = { schedule: null, onPush: false } as const;

interface Draft {
  project: string | null;
  content: PolicyContent;
}

/** The server's view of what is in the editor, a moment after the last key. */
export function useDraftPreview(values: PolicyFormValues) {
  const isSystem = useCan('policy.manage');
  const content = contentOf(values);
  const draft: Draft = {
    project: values.project === '' ? null : values.project,
    content: {
      ...content,
      ...neutral,
      destinations: content.destinations.map(({ registryId }) => ({ registryId, bandwidth: null })),
      options: { ...content.options, concurrency: null, attempts: 1 },
    },
  };
  const isPreviewable = findDraftProblems(values, isSystem).every((field) => apartFromPreview.has(field));
  const settled = useDebounced(isPreviewable ? JSON.stringify(draft) : '', PAUSE_MS);
  const previewed = settled === '' || !isPreviewable ? undefined : (JSON.parse(settled) as Draft);
  const preview = useQuery({
    ...draftPreviewQuery(previewed ?? draft),
    enabled: previewed !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
  });
  return { preview, previewed };
}

type Wrong = Partial<Record<FormField, string>>;

/** What the server says about single fields: its own sentence in English, ours in other languages. */
export function useServerWords(values: PolicyFormValues): (error: Error | null) => Wrong {
  const problemWords = useProblemWords();
  const { t, i18n } = useTranslation('policies');
  const isEnglish = i18n.language === 'en';
  return (error) => {
    if (!(error instanceof ApiError)) return {};
    if (error.code === 'name-taken') return { name: isEnglish ? error.message : t('problem.nameTaken') };
    const wrong: Wrong = {};
    for (const { path, message } of error.problem?.fields ?? []) {
      const field = fieldOfPath(path);
      if (field !== undefined) wrong[field] = isEnglish ? message : problemWords(field, values);
    }
    return wrong;
  };
}
