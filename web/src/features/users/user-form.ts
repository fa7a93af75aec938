import type { CallInput } from 'bff/contract/endpoint';
import { createUser, updateUser, type User } from 'bff/contract/users';

/** What the form holds: text as typed. */
export interface UserFormValues {
  username: string;
  displayName: string;
  email: string;
  isSystemAdmin: boolean;
}

export const emptyUserForm: UserFormValues = { username: '', displayName: '', email: '', isSystemAdmin: false };

export const formOfUser = ({ username, displayName, email, isSystemAdmin }: User): UserFormValues => ({
  username,
  displayName,
  email: email ?? '',
  isSystemAdmin,
});

/** Nobody has to be asked twice for a name that is the login's. */
export function draftOf(values: UserFormValues): CallInput<typeof createUser>['body'] {
  const username = values.username.trim();
  const email = values.email.trim();
  const displayName = values.displayName.trim();
  return {
    username,
    displayName: displayName === '' ? username : displayName,
    email: email === '' ? null : email,
    isSystemAdmin: values.isSystemAdmin,
  };
}

export function changeOf(values: UserFormValues, version: number): CallInput<typeof updateUser>['body'] {
  const { displayName, email, isSystemAdmin } = draftOf(values);
  return { version, displayName, email: email ?? null, isSystemAdmin: isSystemAdmin ?? false };
}

export type UserField = 'username' | 'displayName' | 'email';

/** The fields that the contract would refuse. */
export function findProblems(values: UserFormValues, isNew: boolean): UserField[] {
  const result = isNew ? createUser.body.safeParse(draftOf(values)) : updateUser.body.safeParse(changeOf(values, 0));
  if (result.success) return [];
  const wrong = new Set(result.error.issues.map(({ path }) => String(path[0])));
  return (['username', 'displayName', 'email'] as const).filter((field) => wrong.has(field));
}

const comparedFields = ['displayName', 'email', 'isSystemAdmin'] as const;

/** What somebody else changed since the form was opened. */
export function changedFields(before: User, now: User): (typeof comparedFields)[number][] {
  const was = formOfUser(before);
  const is = formOfUser(now);
  return comparedFields.filter((field) => was[field] !== is[field]);
}
