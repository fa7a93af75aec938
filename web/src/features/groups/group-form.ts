import { createGroup, type Group } from 'bff/contract/groups';
import type { GroupChange, GroupDraft, Person } from './groups-queries.ts';

export interface GroupFormValues {
  name: string;
  description: string;
  people: readonly Person[];
}

export const emptyGroupForm: GroupFormValues = { name: '', description: '', people: [] };

export const formOfGroup = ({ name, description, users }: Group): GroupFormValues => ({
  name,
  description,
  people: users,
});

export const draftOf = ({ name, description, people }: GroupFormValues): GroupDraft => ({
  name: name.trim(),
  description: description.trim(),
  userIds: people.map(({ id }) => id),
});

export function changeOf(values: GroupFormValues, version: number): GroupChange {
  const { name, description, userIds } = draftOf(values);
  return { version, name, description, userIds: userIds ?? [] };
}

export type GroupField = 'name' | 'description';

/** The fields that the contract would refuse. */
export function findProblems(values: GroupFormValues): GroupField[] {
  const result = createGroup.body.safeParse(draftOf(values));
  if (result.success) return [];
  const wrong = new Set(result.error.issues.map(({ path }) => String(path[0])));
  return (['name', 'description'] as const).filter((field) => wrong.has(field));
}

/** The people by name, in an order of their own: two lists of the same people are the same. */
export const peopleWords = (people: readonly Person[]): string =>
  people
    .map(({ username }) => username)
    .toSorted()
    .join(', ');

/** What somebody else changed since the form was opened, in words. */
export function changedFields(before: Group, now: Group): ('name' | 'description' | 'people')[] {
  const changed: ('name' | 'description' | 'people')[] = [];
  if (before.name !== now.name) changed.push('name');
  if (before.description !== now.description) changed.push('description');
  if (peopleWords(before.users) !== peopleWords(now.users)) changed.push('people');
  return changed;
}

/** A group is found by its name, its description and the people in it. */
export function matchesGroup({ name, description, users }: Group, q: string): boolean {
  const wanted = q.toLowerCase();
  return [name, description, ...users.flatMap(({ username, displayName }) => [username, displayName])].some((text) =>
    text.toLowerCase().includes(wanted),
  );
}
