import { getMatrix, getProject, listProjects } from 'bff/contract/projects';
import { describe, expect, it } from 'vitest';
import { endpointPages, endpointQuery } from '../api/endpoint-query.ts';
import { isOfProject } from './live-queries.ts';

describe('what an event of a project reads again', () => {
  it('is everything below that project, pages of lists too', () => {
    const params = { project: 'payments' };
    expect(isOfProject(endpointQuery(getProject, { params }), 'payments')).toBe(true);
    expect(isOfProject(endpointPages(getMatrix, { params, query: { q: 'a' } }), 'payments')).toBe(true);
  });

  it('is nothing of another project and no list of all', () => {
    expect(isOfProject(endpointQuery(getProject, { params: { project: 'orders' } }), 'payments')).toBe(false);
    expect(isOfProject(endpointQuery(listProjects, {}), 'payments')).toBe(false);
  });
});
