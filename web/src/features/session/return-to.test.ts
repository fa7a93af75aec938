import { describe, expect, it } from 'vitest';
import { safeReturnTo } from './return-to.ts';

const here = 'https://longshore.example';

describe('where one goes after signing in', () => {
  it('is the page that was wanted, with its search and fragment', () => {
    expect(safeReturnTo('/projects/payments?only=drift#top', here, '/')).toBe('/projects/payments?only=drift#top');
  });

  it.each([
    null,
    '',
    'projects',
    '//evil.example/',
    '/\\evil.example',
    '/\t/evil.example',
    '\\\\evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    '/sign-in?returnTo=/',
  ])('is the home page for %j', (wanted) => {
    expect(safeReturnTo(wanted, here, '/')).toBe('/');
  });
});
