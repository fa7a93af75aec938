import { describe, expect, it } from 'vitest';
import { artifactOf, nameInProject, paths, projectOf, repositoryOf } from './paths.ts';

describe('the URLs of the console', () => {
  it('keep the slashes of a repository and encode the rest', () => {
    expect(paths.repository('payments/api/v2', { sort: 'name' })).toBe(
      '/projects/payments/repositories/api/v2?sort=name',
    );
  });

  it('name an artifact by tag and by digest', () => {
    expect(paths.artifact('payments/api', '2.7.3', { registry: 'staging' })).toBe(
      '/projects/payments/artifacts/api/2.7.3?registry=staging',
    );
    expect(paths.artifact('payments/api', `sha256:${'a'.repeat(64)}`)).toContain('/api/sha256%3Aaaa');
  });

  it('leave out what is not given', () => {
    expect(paths.projects({ q: undefined })).toBe('/projects');
    expect(paths.signIn('/')).toBe('/sign-in');
    expect(paths.signIn('/me?a=1')).toBe('/sign-in?returnTo=%2Fme%3Fa%3D1');
  });
});

describe('a repository', () => {
  it.each([
    ['payments/api', 'payments', 'api'],
    ['payments/api/v2', 'payments', 'api/v2'],
    ['alpine', 'library', 'alpine'],
    ['library/alpine', 'library', 'library/alpine'],
  ])('%s belongs to a project and comes back from its URL', (repository, project, name) => {
    expect(projectOf(repository)).toBe(project);
    expect(nameInProject(repository)).toBe(name);
    expect(repositoryOf(project, name)).toBe(repository);
    expect(artifactOf(project, `${name}/1.0`)).toEqual({ repository, reference: '1.0' });
  });
});
