import { describe, expect, it } from 'vitest';
import { canAt, isPublicIn } from './project-access.ts';

describe('what the reader may do', () => {
  const access = [
    {
      environment: 'development',
      role: 'developer' as const,
      actions: ['catalog.read' as const, 'artifact.push' as const],
    },
    { environment: 'production', role: 'guest' as const, actions: ['catalog.read' as const] },
  ];

  it('is asked for one environment, or for any', () => {
    expect(canAt(access, 'artifact.push', 'development')).toBe(true);
    expect(canAt(access, 'artifact.push', 'production')).toBe(false);
    expect(canAt(access, 'artifact.push', 'staging')).toBe(false);
    expect(canAt(access, 'artifact.push')).toBe(true);
    expect(canAt(access, 'artifact.delete')).toBe(false);
  });

  it('is nothing while it is not known', () => {
    expect(canAt(undefined, 'catalog.read')).toBe(false);
  });
});

describe('a public project', () => {
  it('is public where its environment says so, else as its default', () => {
    const project = { isPublic: true, publicEnvironments: { production: false } };
    expect(isPublicIn(project, 'development')).toBe(true);
    expect(isPublicIn(project, 'production')).toBe(false);
    expect(isPublicIn({ isPublic: false, publicEnvironments: { testing: true } }, 'testing')).toBe(true);
  });
});
