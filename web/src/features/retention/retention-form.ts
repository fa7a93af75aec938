import { RetentionDraft, type RetentionPlan, type RetentionRule } from 'bff/contract/retention';

/** What is in the editor, as it is typed. */
export interface RetentionForm {
  /** `''`: every environment. */
  environment: string;
  isEnabled: boolean;
  repositories: string;
  repositoriesNot: string;
  hasNewest: boolean;
  newest: string;
  hasPushed: boolean;
  pushed: string;
  hasPulled: boolean;
  pulled: string;
  hasTags: boolean;
  tags: string;
  usedElsewhere: boolean;
  hasSchedule: boolean;
  cron: string;
  timeZone: string;
}

export type FormField =
  | 'environment'
  | 'repositories'
  | 'repositoriesNot'
  | 'newest'
  | 'pushed'
  | 'pulled'
  | 'tags'
  | 'rules'
  | 'cron'
  | 'timeZone';

export function emptyForm(environment: string): RetentionForm {
  return {
    environment,
    isEnabled: true,
    repositories: '**',
    repositoriesNot: '',
    hasNewest: true,
    newest: '10',
    hasPushed: true,
    pushed: '30',
    hasPulled: false,
    pulled: '90',
    hasTags: false,
    tags: 'v*.*.*',
    usedElsewhere: true,
    hasSchedule: true,
    cron: '0 3 * * *',
    timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

/** Of several rules of one kind the one that keeps the most: what one keeps is kept. */
export function formOf(plan: RetentionPlan): RetentionForm {
  const { environment, isEnabled, repositories, rules, schedule } = plan;
  const most = (numbers: readonly number[]): string => (numbers.length === 0 ? '' : String(Math.max(...numbers)));
  const newest = rules.flatMap((rule) => (rule.kind === 'newest' ? [rule.count] : []));
  const pushed = rules.flatMap((rule) => (rule.kind === 'pushed-within' ? [rule.days] : []));
  const pulled = rules.flatMap((rule) => (rule.kind === 'pulled-within' ? [rule.days] : []));
  const tags = rules.flatMap((rule) => (rule.kind === 'tags' ? rule.patterns : []));
  const empty = emptyForm(environment ?? '');
  return {
    environment: environment ?? '',
    isEnabled,
    repositories: repositories.include.join(', '),
    repositoriesNot: repositories.exclude.join(', '),
    hasNewest: newest.length > 0,
    newest: most(newest) || empty.newest,
    hasPushed: pushed.length > 0,
    pushed: most(pushed) || empty.pushed,
    hasPulled: pulled.length > 0,
    pulled: most(pulled) || empty.pulled,
    hasTags: tags.length > 0,
    tags: tags.join(', ') || empty.tags,
    usedElsewhere: rules.some(({ kind }) => kind === 'used-elsewhere'),
    hasSchedule: schedule !== null,
    cron: schedule?.cron ?? empty.cron,
    timeZone: schedule?.timeZone ?? empty.timeZone,
  };
}

export function draftOf(form: RetentionForm): RetentionDraft {
  return {
    environment: form.environment === '' ? null : form.environment,
    isEnabled: form.isEnabled,
    repositories: { include: patternsOf(form.repositories), exclude: patternsOf(form.repositoriesNot) },
    rules: rulesOf(form),
    schedule: form.hasSchedule ? { cron: form.cron.trim(), timeZone: form.timeZone.trim() } : null,
  };
}

function rulesOf(form: RetentionForm): RetentionRule[] {
  const rules: RetentionRule[] = [];
  if (form.hasNewest) rules.push({ kind: 'newest', count: numberOf(form.newest) });
  if (form.hasPushed) rules.push({ kind: 'pushed-within', days: numberOf(form.pushed) });
  if (form.hasPulled) rules.push({ kind: 'pulled-within', days: numberOf(form.pulled) });
  if (form.hasTags) rules.push({ kind: 'tags', patterns: patternsOf(form.tags) });
  if (form.usedElsewhere) rules.push({ kind: 'used-elsewhere' });
  return rules;
}

/** Commas within braces belong to the pattern: `v{1,2}.*`. */
export function patternsOf(text: string): string[] {
  return text
    .split(/[\s,]+(?![^{]*\})/)
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== '');
}

function numberOf(text: string): number {
  return /^\d{1,6}$/.test(text.trim()) ? Number(text) : Number.NaN;
}

const ofRule = { newest: 'newest', 'pushed-within': 'pushed', 'pulled-within': 'pulled', tags: 'tags' } as const;

/** The field of the form that a dotted path of a draft is about. */
export function fieldOfPath(path: string, draft: RetentionDraft): FormField | undefined {
  const [first, second] = path.split('.');
  if (first === 'environment') return 'environment';
  if (first === 'repositories') return second === 'exclude' ? 'repositoriesNot' : 'repositories';
  if (first === 'schedule') return second === 'timeZone' ? 'timeZone' : 'cron';
  if (first !== 'rules') return undefined;
  const kind = second === undefined ? undefined : draft.rules[Number(second)]?.kind;
  return kind === undefined || kind === 'used-elsewhere' ? 'rules' : ofRule[kind];
}

/** What the contract would not take. */
export function findProblems(form: RetentionForm): Set<FormField> {
  const draft = draftOf(form);
  const wrong = new Set<FormField>();
  const parsed = RetentionDraft.safeParse(draft);
  for (const issue of parsed.error?.issues ?? []) {
    const field = fieldOfPath(issue.path.join('.'), draft);
    if (field !== undefined) wrong.add(field);
  }
  if (draft.rules.length === 0) wrong.add('rules');
  return wrong;
}
