import { useQueries } from '@tanstack/react-query';
import type { TrashItem } from 'bff/contract/trash';
import { type Access, canAt, projectQuery } from '../../domain/project-access.ts';

/** Whether the reader may remove something for good. Whoever sees it may restore it: the list has nothing else. */
export function usePurgeRights(items: readonly TrashItem[]): (item: TrashItem) => boolean {
  const projects = [...new Set(items.map(({ project }) => project))];
  const answers = useQueries({ queries: projects.map((project) => projectQuery(project)) });
  const accessOf = (project: string): Access => answers[projects.indexOf(project)]?.data?.access;
  return ({ project, environment }) => canAt(accessOf(project), 'trash.purge', environment);
}
