import { cleanup, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { projectWith, publicReading, registryEntry, sessionOf } from '../testing/people.ts';
import { loadWords, renderAt } from '../testing/render.tsx';
import { type Session, sessionQuery } from './account.ts';
import { projectQuery } from './project-access.ts';
import { PullCommands } from './PullCommands.tsx';

beforeAll(() => loadWords());
afterEach(() => {
  cleanup();
  localStorage.clear();
});

const digest = `sha256:${'a'.repeat(64)}`;
const isPublic = { isPublic: true };
const image = { repository: 'payments/api', tag: '2.7.3', digest, kind: 'image' as const, artifactType: null };

function lines(
  session: Session,
  project = projectWith({}),
  pullHost: string | null = null,
  artifact: Parameters<typeof PullCommands>[0]['artifact'] = image,
): string[] {
  renderAt('/', <PullCommands registry={{ ...registryEntry('production'), pullHost }} artifact={artifact} />, [
    [sessionQuery().queryKey, session],
    [projectQuery('payments').queryKey, project],
  ]);
  return shown();
}
const shown = () => [...document.querySelectorAll('pre')].map(({ textContent }) => textContent ?? '');

describe('how to pull', () => {
  it('goes through the front door, and begins with a login where the project is not public', () => {
    expect(lines(sessionOf('guest'))).toEqual([
      `docker login --username guest ${location.host}`,
      `docker pull ${location.host}/production/payments/api:2.7.3`,
    ]);
  });

  it('is with Helm for a chart, whatever was used for an image', () => {
    localStorage.setItem('longshore.pull-tool', 'podman');
    const artifactType = 'application/vnd.cncf.helm.config.v1+json';
    const chart = { ...image, repository: 'payments/chart', kind: 'artifact' as const, artifactType };
    const isPlain = location.protocol === 'http:';
    expect(lines(sessionOf('guest'), projectWith({}), null, chart)).toEqual([
      `helm registry login ${isPlain ? '--plain-http ' : ''}--username guest ${location.host}`,
      `helm pull oci://${location.host}/production/payments/chart --version 2.7.3${isPlain ? ' --plain-http' : ''}`,
    ]);
    const tools = screen.getAllByRole('tab').map(({ textContent }) => textContent);
    expect(tools).toEqual(['Helm', 'ORAS', 'skopeo']);
  });

  it('needs no login where anybody may pull', () => {
    expect(lines(sessionOf(null, publicReading), projectWith({}, isPublic))).toEqual([
      `docker pull ${location.host}/production/payments/api:2.7.3`,
    ]);
  });

  it('needs one for a public project as long as everybody has to sign in', () => {
    expect(lines(sessionOf('guest'), projectWith({}, isPublic))).toHaveLength(2);
  });

  it('needs one in an environment that is not public', () => {
    const project = projectWith({}, { ...isPublic, publicEnvironments: { production: false } });
    expect(lines(sessionOf('guest', publicReading), project)).toHaveLength(2);
  });

  it('names the registry itself only to who may know it', async () => {
    lines(sessionOf('guest'));
    expect(screen.queryByRole('radio', { name: 'the registry itself' })).toBeNull();
    cleanup();
    lines(sessionOf('guest'), projectWith({}), 'registry.example:5000');
    await userEvent.click(screen.getByRole('radio', { name: 'the registry itself' }));
    expect(shown()).toEqual(['docker pull registry.example:5000/payments/api:2.7.3']);
  });
});
