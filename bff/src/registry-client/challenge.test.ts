import { describe, expect, test } from 'vitest';
import { parseChallenge } from './challenge.ts';

describe('a challenge', () => {
  test('of tokens is read with its parameters', () => {
    expect(
      parseChallenge(
        'Bearer realm="https://r/token",service="r",scope="repository:a/b:pull,push",error="invalid_token"',
      ),
    ).toEqual({
      scheme: 'bearer',
      realm: 'https://r/token',
      service: 'r',
      scope: 'repository:a/b:pull,push',
      error: 'invalid_token',
    });
  });
  test('prefers tokens to passwords', () => {
    expect(parseChallenge('Basic realm="x", Bearer realm="https://r/token"')).toMatchObject({ scheme: 'bearer' });
    expect(parseChallenge(['Basic realm="x"', 'Bearer service="no realm"'])).toEqual({ scheme: 'basic' });
  });
  test.each([undefined, '', 'Negotiate', 'Digest realm="x"'])('%j is none', (header) =>
    expect(parseChallenge(header)).toBeUndefined(),
  );
});
