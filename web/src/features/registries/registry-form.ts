import { type Registry, RegistryChange, RegistryDraft, RegistryTest } from 'bff/contract/registries';
import type * as z from 'zod/mini';

/** What the form holds: text as typed. An empty password keeps the stored one. */
export interface RegistryFormValues {
  name: string;
  id: string;
  environment: string;
  position: string;
  endpointUrls: { url: string }[];
  /** Then it takes this console's tokens, and neither a username nor a password. */
  trustsLongshore: boolean;
  username: string;
  password: string;
  isPasswordRemoved: boolean;
  caPem: string;
  /** One `host[:port]` a line. */
  redirectHosts: string;
}

export type DraftBody = z.input<typeof RegistryDraft>;
export type ChangeBody = z.input<typeof RegistryChange>;
export type TestBody = z.input<typeof RegistryTest>;

export const emptyRegistryForm: RegistryFormValues = {
  name: '',
  id: '',
  environment: '',
  position: '',
  endpointUrls: [{ url: '' }],
  trustsLongshore: false,
  username: '',
  password: '',
  isPasswordRemoved: false,
  caPem: '',
  redirectHosts: '',
};

export function formOfRegistry(registry: Registry): RegistryFormValues {
  return {
    name: registry.name,
    id: registry.id,
    environment: registry.environment,
    position: String(registry.position),
    endpointUrls: registry.endpoints.map(({ url }) => ({ url })),
    trustsLongshore: registry.trustsLongshore,
    username: registry.username ?? '',
    password: '',
    isPasswordRemoved: false,
    caPem: registry.caPem ?? '',
    redirectHosts: registry.redirectHosts.join('\n'),
  };
}

/** `branch-north` of “Branch North”: a proposal until a person writes an own one. */
export function proposeRegistryId(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '');
}

/** `stored`: the registry being edited, if any; it decides what “empty” means for the password. */
function connectionOf(values: RegistryFormValues, stored: Registry | undefined) {
  const username = values.trustsLongshore ? '' : values.username.trim();
  const caPem = values.caPem.trim();
  // Without a username a stored password would never be sent again, so it goes with it.
  const isCleared = values.isPasswordRemoved || (stored?.hasPassword === true && username === '');
  const password = isCleared
    ? { password: null }
    : values.trustsLongshore || values.password === ''
      ? {}
      : { password: values.password };
  return {
    endpointUrls: values.endpointUrls.map(({ url }) => url.trim()).filter((url) => url !== ''),
    trustsLongshore: values.trustsLongshore,
    username: username === '' ? null : username,
    ...password,
    caPem: caPem === '' ? null : caPem,
    redirectHosts: values.redirectHosts.split(/[\s,;]+/).filter((host) => host !== ''),
  };
}

function descriptionOf(values: RegistryFormValues) {
  const position = values.position.trim();
  return {
    name: values.name,
    environment: values.environment,
    ...(position === '' ? {} : { position: Number(position) }),
  };
}

export const draftOf = (values: RegistryFormValues): DraftBody => ({
  id: values.id.trim(),
  ...descriptionOf(values),
  ...connectionOf(values, undefined),
});

export const changeOf = (values: RegistryFormValues, stored: Registry): ChangeBody => ({
  version: stored.version,
  ...descriptionOf(values),
  ...connectionOf(values, stored),
});

export const testOf = (values: RegistryFormValues, stored: Registry | undefined): TestBody => ({
  ...(stored === undefined ? {} : { registryId: stored.id }),
  ...connectionOf(values, stored),
});

export interface FieldProblem {
  /** As react-hook-form names the field: `endpointUrls.0.url`. */
  field: string;
  kind: 'required' | 'invalid';
}

/** What the contract would refuse, by field; a test asks only about the connection. */
export function findProblems(
  values: RegistryFormValues,
  purpose: { kind: 'create' } | { kind: 'change' | 'test'; stored: Registry | undefined },
): FieldProblem[] {
  const result =
    purpose.kind === 'create'
      ? RegistryDraft.safeParse(draftOf(values))
      : purpose.kind === 'test' || purpose.stored === undefined
        ? RegistryTest.safeParse(testOf(values, purpose.stored))
        : RegistryChange.safeParse(changeOf(values, purpose.stored));
  if (result.success) return [];
  const filled = values.endpointUrls.flatMap(({ url }, index) => (url.trim() === '' ? [] : [index]));
  const problems = result.error.issues.map((issue): FieldProblem => {
    const field = fieldOfPath(issue.path.map(String), filled);
    return { field, kind: isBlank(values, field) ? 'required' : 'invalid' };
  });
  return problems.filter(({ field }, index) => problems.findIndex((other) => other.field === field) === index);
}

/**
 * The form's name of a field the server complained about (`body.endpointUrls.1`). The addresses sent are the filled
 * ones, so their numbers are mapped back.
 */
export function fieldOfServerPath(path: string, values: RegistryFormValues): string {
  const filled = values.endpointUrls.flatMap(({ url }, index) => (url.trim() === '' ? [] : [index]));
  return fieldOfPath(path.replace(/^body\./, '').split(/[./]/), filled);
}

function fieldOfPath(path: readonly string[], filled: readonly number[]): string {
  const [head = '', index] = path;
  if (head !== 'endpointUrls') return head;
  return `endpointUrls.${filled[Number(index ?? 0)] ?? 0}.url`;
}

function isBlank(values: RegistryFormValues, field: string): boolean {
  if (field.startsWith('endpointUrls.'))
    return (values.endpointUrls[Number(field.split('.')[1])]?.url ?? '').trim() === '';
  const value = (values as unknown as Record<string, unknown>)[field];
  return typeof value === 'string' && value.trim() === '';
}

const comparedFields = [
  'name',
  'environment',
  'position',
  'endpointUrls',
  'trustsLongshore',
  'username',
  'caPem',
  'redirectHosts',
] as const;

/** The fields that somebody else changed since the form was opened, for the person whose change was refused. */
export function changedFields(before: Registry, now: Registry): (typeof comparedFields)[number][] {
  const was = formOfRegistry(before);
  const is = formOfRegistry(now);
  return comparedFields.filter((field) => JSON.stringify(was[field]) !== JSON.stringify(is[field]));
}
