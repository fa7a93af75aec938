import { describe, expect, it } from 'vitest';
import { changeOfVisibility, choiceOf, isSameVisibility, publicPlaces, withChoice } from './project-visibility.ts';

const hidden = { isPublic: false, publicEnvironments: {} };
const environments = ['development', 'production'];

describe('the visibility of a project', () => {
  it('of an environment overrides the default, either way, until it is taken back', () => {
    const open = withChoice(hidden, 'production', 'public');
    expect(choiceOf(open, 'production')).toBe('public');
    expect(choiceOf(open, 'development')).toBe('default');
    expect(choiceOf(withChoice(open, 'production', 'private'), 'production')).toBe('private');
    expect(isSameVisibility(withChoice(open, 'production', 'default'), hidden)).toBe(true);
  });

  it('sends only what changed', () => {
    expect(changeOfVisibility(hidden, hidden)).toEqual({});
    expect(changeOfVisibility(hidden, { ...hidden, isPublic: true })).toEqual({ isPublic: true });
    expect(changeOfVisibility(hidden, withChoice(hidden, 'production', 'public'))).toEqual({
      publicEnvironments: { production: true },
    });
  });

  it('is told by where everybody sees it', () => {
    expect(publicPlaces(hidden, environments)).toEqual([]);
    expect(publicPlaces({ ...hidden, isPublic: true }, environments)).toBe('all');
    expect(publicPlaces({ ...hidden, isPublic: true }, [])).toBe('all');
    expect(publicPlaces(withChoice(hidden, 'production', 'public'), environments)).toEqual(['production']);
    expect(publicPlaces(hidden, [])).toEqual([]);
  });
});
