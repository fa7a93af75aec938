import { expect, it } from 'vitest';
import { publicProjects } from './system-public.ts';

it('names every project that is public somewhere, and no other', () => {
  const projects = [
    { name: 'library', isPublic: true, publicEnvironments: {} },
    { name: 'docs', isPublic: false, publicEnvironments: { production: true } },
    { name: 'payments', isPublic: false, publicEnvironments: { development: false } },
    { name: 'internal', isPublic: true, publicEnvironments: { development: false } },
  ];
  expect(publicProjects(projects).map(({ name }) => name)).toEqual(['library', 'docs', 'internal']);
});
