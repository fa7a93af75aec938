import { accessTokenActions, createAccessToken } from 'bff/contract/access-tokens';
import type { TokenDraft } from './access-tokens-queries.ts';

export type TokenAction = (typeof accessTokenActions)[number];

export interface TokenFormValues {
  name: string;
  actions: readonly TokenAction[];
  isEveryProject: boolean;
  projects: readonly string[];
  isEveryEnvironment: boolean;
  environments: readonly string[];
  expiresInDays: number;
}

export const expiries = [7, 30, 90, 180, 365] as const;

/** The least that is of use: pulling, for a month. */
export const emptyTokenForm: TokenFormValues = {
  name: '',
  actions: ['artifact.pull'],
  isEveryProject: true,
  projects: [],
  isEveryEnvironment: true,
  environments: [],
  expiresInDays: 30,
};

export const draftOf = (values: TokenFormValues): TokenDraft => ({
  name: values.name.trim(),
  actions: accessTokenActions.filter((action) => values.actions.includes(action)),
  projects: values.isEveryProject ? null : [...values.projects],
  environments: values.isEveryEnvironment ? null : [...values.environments],
  expiresInDays: values.expiresInDays,
});

const fields = ['name', 'actions', 'projects', 'environments'] as const;
export type TokenField = (typeof fields)[number];

/** The fields that the contract would refuse. */
export function findProblems(values: TokenFormValues): TokenField[] {
  const result = createAccessToken.body.safeParse(draftOf(values));
  if (result.success) return [];
  const wrong = new Set(result.error.issues.map(({ path }) => String(path[0])));
  return fields.filter((field) => wrong.has(field));
}
