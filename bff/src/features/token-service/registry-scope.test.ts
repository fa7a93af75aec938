import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScopes, TooManyScopesError } from './registry-scope.ts';

describe('parseScopes', () => {
  it('reads scopes that repeat, one by one and several in one text', () => {
    const asked = parseScopes([
      'repository:payments/api:pull',
      'repository:payments/api:push,pull repository:shop/web:delete',
    ]);
    expect(asked).toEqual([
      { name: 'payments/api', actions: ['pull', 'push'] },
      { name: 'shop/web', actions: ['delete'] },
    ]);
  });

  it('reads a resource class as the resource, and a star as the actions there are', () => {
    expect(parseScopes(['repository(plugin):payments/api:*'])).toEqual([
      { name: 'payments/api', actions: ['pull', 'push', 'delete'] },
    ]);
  });

  it.each([
    'registry:catalog:*',
    'repository:payments/api',
    'repository::pull',
    'repository:payments/../api:pull',
    'repository:payments%2fapi:pull',
    'repository:Payments/api:pull',
    'repository:/payments/api:pull',
    'repository:payments//api:pull',
    'repository:payments/api:pull:push',
    'repository:registry.example.com:5000/payments/api:pull',
    'repository(a)(b):payments/api:pull',
    'user:payments/api:pull',
    'repository:payments/api:pull\u0000',
    `repository:${'a'.repeat(400)}:pull`,
    `repository:${'a-'.repeat(180)}!:pull`,
    'repository:payments/\u202eipa:pull',
  ])('asks for nothing with %s', (scope) => {
    expect(parseScopes([scope])).toEqual([]);
  });

  it('leaves out actions that it does not know', () => {
    expect(parseScopes(['repository:a/b:pull,admin'])).toEqual([{ name: 'a/b', actions: ['pull'] }]);
  });

  it('refuses 200 scopes, and 64 KB of them', () => {
    const many = Array.from({ length: 200 }, (_, index) => `repository:p/r${index}:pull`);
    expect(() => parseScopes(many)).toThrow(TooManyScopesError);
    expect(() => parseScopes([many.join(' ')])).toThrow(TooManyScopesError);
    expect(() => parseScopes([`repository:${'a'.repeat(65_536)}:pull`])).toThrow(TooManyScopesError);
  });

  it('takes any text', () => {
    const text = fc.array(fc.string({ maxLength: 60 }), { maxLength: 5 });
    fc.assert(
      fc.property(text, (texts) => {
        for (const { actions } of parseScopes(texts)) expect(actions).not.toContain('*');
      }),
      { numRuns: 50 },
    );
    expect(parseScopes([`repository:${'a-'.repeat(11_000)}!:pull`])).toEqual([]);
  });
});
