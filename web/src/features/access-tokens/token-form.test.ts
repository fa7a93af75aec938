import { describe, expect, it } from 'vitest';
import { draftOf, emptyTokenForm, findProblems } from './token-form.ts';

const named = { ...emptyTokenForm, name: 'laptop' };

describe('a new token', () => {
  it('pulls and nothing else unless told, wherever its owner may', () => {
    expect(draftOf(named)).toEqual({
      name: 'laptop',
      actions: ['artifact.pull'],
      projects: null,
      environments: null,
      expiresInDays: 30,
    });
  });

  it('is held to what is chosen, and to everything only when that is chosen', () => {
    const chosen = { ...named, isEveryProject: false, projects: ['payments'], environments: ['production'] };
    expect(draftOf(chosen)).toMatchObject({ projects: ['payments'], environments: null });
  });

  it('is refused here where it would be refused there', () => {
    expect(findProblems(named)).toEqual([]);
    expect(findProblems({ ...named, name: ' ', actions: [] })).toEqual(['name', 'actions']);
    expect(findProblems({ ...named, isEveryProject: false, isEveryEnvironment: false })).toEqual([
      'projects',
      'environments',
    ]);
  });
});
