import { compileGlob, GlobError } from '../../access/glob.ts';
import type { RobotGrant } from '../../access/subject.ts';

/** What a robot account is given: actions × environments × repository patterns. */
export interface RobotPermission extends RobotGrant {
  readonly actions: ReadonlyArray<'catalog.read' | 'artifact.pull' | 'artifact.push' | 'artifact.delete'>;
}

/** One field that cannot be stored as it is. */
export class RobotFieldError extends Error {
  override readonly name = 'RobotFieldError';
  readonly path: string;

  constructor(path: string, sentence: string) {
    super(sentence);
    this.path = path;
  }
}

/** @throws RobotFieldError naming the first pattern that is none */
export function checkPatterns(permissions: readonly RobotPermission[]): void {
  for (const [index, { repositories }] of permissions.entries()) {
    for (const [place, pattern] of repositories.entries()) {
      try {
        compileGlob(pattern);
      } catch (error) {
        if (!(error instanceof GlobError)) throw error;
        throw new RobotFieldError(`permissions.${index}.repositories.${place}`, error.message);
      }
    }
  }
}

/** Each once; null where one of the permissions is for every environment. */
export function environmentsOf(permissions: readonly RobotPermission[]): readonly string[] | null {
  const named = new Set<string>();
  for (const { environments } of permissions) {
    if (environments === null) return null;
    for (const environment of environments) named.add(environment);
  }
  return [...named];
}
