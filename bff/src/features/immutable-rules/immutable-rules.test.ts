import { describe, expect, it } from 'vitest';
import { compileRule, holdsTag, RulePatternError, type RulePatterns } from './immutable-rules.ts';

function holds(patterns: Partial<RulePatterns>, repository: string, tag: string, environment = 'production') {
  const rule = { environment: null, repositoryPattern: '**', tagPattern: '*', ...patterns };
  const project = repository.includes('/') ? (repository.split('/')[0] ?? '') : 'library';
  return holdsTag(compileRule(rule), { project, environment, repository, tag });
}

describe('An immutable rule', () => {
  it.each([
    ['api', 'payments/api', true],
    ['api', 'payments/api/worker', false],
    ['api', 'payments/team/api', false],
    ['payments/api', 'payments/api', false],
    ['team/*', 'payments/team/api', true],
    ['team/*', 'payments/team/a/b', false],
    ['team/**', 'payments/team/a/b', true],
    ['**', 'payments/anything/at/all', true],
    ['{api,web}', 'payments/web', true],
    ['payments/**', 'payments/payments/api', true],
  ])('of repositories %s below the project: %s is %s', (repositoryPattern, repository, expected) => {
    expect(holds({ repositoryPattern }, repository, '1.0')).toBe(expected);
  });

  it('names whole repositories in the built-in project, whichever way they are spelled', () => {
    expect(holds({ repositoryPattern: 'nginx' }, 'nginx', '1')).toBe(true);
    expect(holds({ repositoryPattern: 'library/nginx' }, 'library/nginx', '1')).toBe(true);
    expect(holds({ repositoryPattern: 'nginx' }, 'library/nginx', '1')).toBe(false);
  });

  it.each([
    ['v*', 'v1.0', true],
    ['v*', 'rc-v1', false],
    ['v{1,2}.*', 'v2.7', true],
    ['v{1,2}.*', 'v3.7', false],
    ['V*', 'v1', false],
    ['1.?', '1.0', true],
    ['1.?', '110', false],
  ])('of tags %s: %s is %s', (tagPattern, tag, expected) => {
    expect(holds({ tagPattern }, 'payments/api', tag)).toBe(expected);
  });

  it('of one environment says nothing about others', () => {
    expect(holds({ environment: 'production' }, 'payments/api', '1')).toBe(true);
    expect(holds({ environment: 'production' }, 'payments/api', '1', 'development')).toBe(false);
  });

  it('with a broken pattern says which one', () => {
    expect(() => holds({ tagPattern: 'v{1,' }, 'payments/api', '1')).toThrow(
      expect.objectContaining({ name: RulePatternError.name, field: 'tagPattern' }),
    );
    expect(() => holds({ repositoryPattern: 'a}b' }, 'payments/api', '1')).toThrow(
      expect.objectContaining({ field: 'repositoryPattern' }),
    );
  });
});
