import type { RegistryAction } from '../../access/credentials.ts';

/** What a registry's client asks for: https://distribution.github.io/distribution/spec/auth/scope/ */
export interface AskedScope {
  /** Of the registry's own words: a repository, with or without its registry before it. */
  readonly name: string;
  readonly actions: readonly RegistryAction[];
}

export class TooManyScopesError extends Error {
  override readonly name = 'TooManyScopesError';
}

/** A push that mounts from many repositories names some dozens. */
const scopesMax = 100;
const scopeTextMax = 24_000;

const segment = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const repositoryScope = new RegExp(
  `^repository(?:\\([a-z0-9]+\\))?:(${segment}(?:/${segment})*):([a-zA-Z*]+(?:,[a-zA-Z*]+)*)$`,
);
/** A registry's id, the longest repository name, and all actions. */
const scopeMax = 400;

/**
 * One entry for each repository, in the order of first mention. What is no scope of a repository (the catalog, another
 * resource, bad grammar) asks for nothing that is ever granted, and is left out. `*` asks for each action by its name.
 * @param texts each may hold several, with spaces between them
 * @throws TooManyScopesError
 */
export function parseScopes(texts: readonly string[]): AskedScope[] {
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  if (length > scopeTextMax) throw new TooManyScopesError('The scopes are longer than any client needs.');
  const scopes = texts.flatMap((text) => text.split(' ')).filter((text) => text !== '');
  if (scopes.length > scopesMax) throw new TooManyScopesError(`More than ${scopesMax} scopes were asked for at once.`);
  const asked = new Map<string, Set<RegistryAction>>();
  for (const scope of scopes) {
    const [, name = '', actions = ''] = (scope.length <= scopeMax && repositoryScope.exec(scope)) || [];
    if (name === '') continue;
    const known = asked.get(name) ?? new Set();
    for (const action of actions.split(',').flatMap(actionsOf)) known.add(action);
    asked.set(name, known);
  }
  return [...asked].map(([name, actions]) => ({ name, actions: [...actions] }));
}

const registryActions = ['pull', 'push', 'delete'] as const satisfies readonly RegistryAction[];

function actionsOf(word: string): readonly RegistryAction[] {
  return word === '*' ? registryActions : registryActions.filter((action) => action === word);
}
