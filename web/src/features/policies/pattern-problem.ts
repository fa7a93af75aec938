import { hasEmptySegment, RepositoryPattern, TagPattern } from 'bff/contract/patterns';
import { findProblems, type FormField, formFields, patternsOf, type PolicyFormValues } from './policy-form.ts';

const patternFields = {
  repositories: RepositoryPattern,
  repositoriesNot: RepositoryPattern,
  tags: TagPattern,
  tagsNot: TagPattern,
} as const;
export type PatternField = keyof typeof patternFields;

export const isPatternField = (field: string): field is PatternField => Object.hasOwn(patternFields, field);

const isOfRepositories = (field: PatternField): boolean => field === 'repositories' || field === 'repositoriesNot';

/** The first of a field's patterns that no name can fit because of its slashes, or undefined. */
export function slashedPattern(values: PolicyFormValues, field: PatternField): string | undefined {
  return isOfRepositories(field) ? patternsOf(values[field]).find(hasEmptySegment) : undefined;
}

/** The first of a field's patterns that is none, or undefined. */
export function wrongPattern(values: PolicyFormValues, field: PatternField): string | undefined {
  return patternsOf(values[field]).find(
    (pattern) => !patternFields[field].safeParse(pattern).success || !hasBothBraces(pattern),
  );
}

/** Fields that are wrong by the contract, and those whose patterns nobody could read, in the order of the page. */
export function findDraftProblems(values: PolicyFormValues, isSystem: boolean): FormField[] {
  const found = new Set(findProblems(values, isSystem));
  return formFields.filter(
    (field) =>
      found.has(field) ||
      (isPatternField(field) && (wrongPattern(values, field) ?? slashedPattern(values, field)) !== undefined),
  );
}

/** Every brace has its other half. */
function hasBothBraces(pattern: string): boolean {
  let depth = 0;
  for (const character of pattern) {
    if (character === '{') depth += 1;
    else if (character === '}') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
