import type { Policy, PolicyContent } from 'bff/contract/policies';
import { describe, expect, it } from 'vitest';
import { contentOf, emptyPolicyForm, fieldOfPath, findProblems, formOfPolicy, platformsOf } from './policy-form.ts';

const content: PolicyContent = {
  sourceRegistryId: 'development',
  filters: {
    repositories: { include: ['payments/{api,web}', 'shop/**'], exclude: ['shop/old'] },
    tags: { include: ['v*'], exclude: [] },
    semver: '>=2 <3',
    newest: 10,
    newerThanDays: null,
    includeReferrers: false,
    platforms: ['linux/amd64', 'linux/arm/v7'],
  },
  mapping: { kind: 'replace-prefix', from: 'shop/', to: 'mirror/shop/' },
  destinations: [
    { registryId: 'testing', bandwidth: null },
    {
      registryId: 'north',
      bandwidth: {
        timeZone: 'Asia/Shanghai',
        windows: [{ from: '22:00', to: '06:00', bytesPerSecond: null }],
        otherwise: 2_500_000,
      },
    },
  ],
  onPush: false,
  schedule: { cron: '0 2 * * *', timeZone: 'Asia/Shanghai' },
  options: { propagateDeletions: true, whenDifferent: 'report', concurrency: 4, attempts: 3 },
};
const policy = { name: 'production to the branches', project: null, isEnabled: true, content } as Policy;

describe('the form of a policy', () => {
  it('gives back what it was filled with', () => {
    expect(contentOf(formOfPolicy(policy))).toEqual(content);
    const template: PolicyContent = { ...content, mapping: { kind: 'template', template: 'mirror/{rest}' } };
    expect(contentOf(formOfPolicy({ ...policy, content: template }))).toEqual(template);
  });

  it('finds nothing wrong with that, and in an empty one only what has to be chosen', () => {
    expect(findProblems(formOfPolicy(policy), true)).toEqual([]);
    const empty = ['name', 'sourceRegistryId', 'repositories', 'destinations'];
    expect(findProblems(emptyPolicyForm(''), true)).toEqual(empty);
    expect(findProblems(emptyPolicyForm(''), false)).toContain('project');
    expect(findProblems(emptyPolicyForm('payments'), false)).not.toContain('project');
  });

  it('names each field that the contract refuses', () => {
    const wrong = {
      ...formOfPolicy(policy),
      repositories: 'Payments/API',
      newest: '1.5',
      newerThanDays: 'many',
      platforms: ['linux/amd64', 'linux'],
      mappingTo: 'Mirror:',
      concurrency: '33',
      attempts: '',
    };
    const expected = ['repositories', 'newest', 'newerThanDays', 'platforms', 'mapping', 'concurrency', 'attempts'];
    expect(findProblems(wrong, true)).toEqual(expected);
  });

  it('finds a window with no time, or with a rate that no registry could be copied to with', () => {
    const [first = { registryId: 'testing', bandwidth: null }] = formOfPolicy(policy).destinations;
    const withWindow = (from: string, megabytes: string) => ({
      ...formOfPolicy(policy),
      destinations: [
        { ...first, bandwidth: { timeZone: 'UTC', windows: [{ from, to: '18:00', megabytes }], otherwise: '' } },
      ],
    });
    expect(findProblems(withWindow('08:00', '10'), true)).toEqual([]);
    expect(findProblems(withWindow('', '10'), true)).toEqual(['bandwidth']);
    expect(findProblems(withWindow('08:00', '0.01'), true)).toEqual(['bandwidth']);
  });

  it('takes platforms as they are typed, and none for all', () => {
    expect(platformsOf(['linux/amd64', 'Linux/ARM64, linux/amd64 '])).toEqual(['linux/amd64', 'linux/arm64']);
    expect(contentOf({ ...formOfPolicy(policy), platforms: [] }).filters.platforms).toBeNull();
  });

  it('knows the field of a path that the server complains of', () => {
    expect(fieldOfPath('content.filters.semver')).toBe('semver');
    expect(fieldOfPath('content.destinations.1.bandwidth.windows.0.from')).toBe('bandwidth');
    expect(fieldOfPath('content.destinations')).toBe('destinations');
    expect(fieldOfPath('somewhere.else')).toBeUndefined();
  });
});
