import type { Problem } from '../contract/errors.ts';
import { ProblemError } from './api-client.ts';

/** The problem that a call was answered with; fails where it worked. */
export async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const error: unknown = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (error instanceof ProblemError) return error.problem;
  throw error instanceof Error ? error : new Error('It worked.');
}
