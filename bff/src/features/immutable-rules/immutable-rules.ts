import { compileGlob, type Glob, GlobError } from '../../access/glob.ts';

export interface RulePatterns {
  /** Null: every environment. */
  readonly environment: string | null;
  /** Below the project; in `library`, the whole name. */
  readonly repositoryPattern: string;
  readonly tagPattern: string;
}

export interface Rule extends RulePatterns {
  readonly id: string;
  readonly createdBy: string | null;
  readonly createdAt: Date;
}

/** A tag somewhere; `repository` is the whole name. */
export interface TagPlace {
  readonly project: string;
  readonly environment: string;
  readonly repository: string;
  readonly tag: string;
}

export interface CompiledPatterns {
  readonly environment: string | null;
  readonly fitsRepository: Glob;
  readonly fitsTag: Glob;
}

/** A pattern that cannot be used, and which of the two it is. */
export class RulePatternError extends Error {
  override readonly name = 'RulePatternError';
  readonly field: 'repositoryPattern' | 'tagPattern';
  constructor(field: RulePatternError['field'], sentence: string) {
    super(sentence);
    this.field = field;
  }
}

/** @throws RulePatternError */
export function compileRule({ environment, repositoryPattern, tagPattern }: RulePatterns): CompiledPatterns {
  return {
    environment,
    fitsRepository: compiled('repositoryPattern', repositoryPattern),
    fitsTag: compiled('tagPattern', tagPattern),
  };
}

function compiled(field: RulePatternError['field'], pattern: string): Glob {
  try {
    return compileGlob(pattern);
  } catch (error) {
    if (error instanceof GlobError) throw new RulePatternError(field, error.message);
    throw error;
  }
}

/** How rules of a project name its repositories: below the project, except in the built-in one, which has no prefix. */
export function nameInProject(project: string, repository: string): string {
  const isBelow = project !== 'library' && repository.startsWith(`${project}/`);
  return isBelow ? repository.slice(project.length + 1) : repository;
}

/** Whether a rule of the tag's project holds the tag. */
export function holdsTag(rule: CompiledPatterns, { project, environment, repository, tag }: TagPlace): boolean {
  if (rule.environment !== null && rule.environment !== environment) return false;
  return rule.fitsRepository(nameInProject(project, repository)) && rule.fitsTag(tag);
}
