import { isInScope, type Scope } from '../../access/scope.ts';
import { projectOf } from '../../access/subject.ts';
import type { Reason } from './policy.ts';
import type { DigestTag, PlacedTag, PolicyEffect, PolicyEffectsView } from './policy-effects.view.ts';

export interface PolicyCautionsDeps {
  readonly effects: PolicyEffectsView;
  readonly nameOf: (registryId: string) => Promise<string>;
  /** The rule that holds a tag, as people write it: no policy deletes or moves it. */
  readonly findImmutable: (place: PlacedTag) => Promise<string | undefined>;
}

/** What somebody should know of policies before they do something to tags, as far as they may see what is copied. */
export interface PolicyCautions {
  /** That they go at other registries too. */
  readonly beforeDeleting: (tags: readonly PlacedTag[], scope: Scope) => Promise<Reason[]>;
  /** That they do not stay what they are set to. */
  readonly beforeSetting: (tags: readonly DigestTag[], scope: Scope) => Promise<Reason[]>;
}

export function createPolicyCautions({ effects, nameOf, findImmutable }: PolicyCautionsDeps): PolicyCautions {
  const free = async (found: readonly PolicyEffect[]): Promise<PolicyEffect[]> => {
    const left: PolicyEffect[] = [];
    for (const effect of found) if ((await findImmutable(effect.to)) === undefined) left.push(effect);
    return left;
  };
  const namesOf = (places: readonly PlacedTag[]) =>
    Promise.all([...new Set(places.map(({ registryId }) => registryId))].map(nameOf));
  return {
    beforeDeleting: async (tags, scope) => {
      const found = await free(await effects.deletionsAfter(tags));
      const { seen, unseen } = bySight(found, scope);
      const hidden = new Set(unseen.map(({ policy }) => policy.id));
      const cautions: Reason[] = [];
      for (const [id, own] of Map.groupBy(seen, ({ policy }) => policy.id)) {
        const registries = await namesOf(own.map(({ to }) => to));
        cautions.push(carriedOn(own, tags.length, registries, hidden.delete(id)));
      }
      const rest = unseen.filter(({ policy }) => hidden.has(policy.id));
      return rest.length === 0 ? cautions : [...cautions, carriedOnUnseen(rest, tags.length)];
    },
    beforeSetting: async (tags, scope) => {
      const found = await free(await effects.resetsAfter(tags));
      const { seen, unseen } = bySight(found, scope);
      const cautions: Reason[] = [];
      for (const own of Map.groupBy(seen, ({ policy, to }) => `${policy.id} ${to.registryId}`).values()) {
        const [source = ''] = await namesOf(own.map(({ from }) => from));
        const [registry = ''] = await namesOf(own.map(({ to }) => to));
        cautions.push(setBack(own, { source, registry }));
      }
      for (const own of Map.groupBy(unseen, ({ to }) => to.registryId).values()) {
        const [registry = ''] = await namesOf(own.map(({ to }) => to));
        cautions.push(setBackUnseen(own, registry));
      }
      return cautions;
    },
  };
}

/** A policy is named to whoever sees what it copies from there to here, as in the list of copies. */
function bySight(effects: readonly PolicyEffect[], scope: Scope) {
  const isSeen = ({ from, to }: PolicyEffect): boolean =>
    [from, to].every(({ registryId, repository }) => isInScope(scope, projectOf(repository), registryId));
  return { seen: effects.filter(isSeen), unseen: effects.filter((effect) => !isSeen(effect)) };
}

const plain = (code: string, sentence: string, params: Record<string, string>): Reason => ({ code, sentence, params });

/** One by its name, several by their number. */
function named(effects: readonly PolicyEffect[], selectedCount: number) {
  const tags = new Set(effects.map(({ to }) => `${to.repository}:${to.tag}`));
  const [only = ''] = tags;
  const tag = only.slice(only.lastIndexOf(':') + 1);
  if (tags.size === 1 && selectedCount === 1) return { words: tag, params: { tag } };
  const count = String(tags.size);
  return { words: tags.size === 1 ? '1 tag' : `${count} tags`, params: { count } };
}

function carriedOn(
  own: readonly PolicyEffect[],
  selectedCount: number,
  registries: readonly string[],
  isMore: boolean,
) {
  const policy = own[0]?.policy.name ?? '';
  const { words, params } = named(own, selectedCount);
  const all = { policy, registries: registries.join(', '), ...params };
  const sentence = (places: readonly string[]): string =>
    `The policy “${policy}” will also delete ${words} at ${listed(places)}.`;
  if (!isMore) return plain('deletion-carried-on', sentence(registries), all);
  return plain('deletion-carried-further', sentence([...registries, 'other registries']), all);
}

function carriedOnUnseen(effects: readonly PolicyEffect[], selectedCount: number): Reason {
  const { words, params } = named(effects, selectedCount);
  return plain(
    'deletion-carried-on-unseen',
    `A policy that you may not see will also delete ${words} at other registries.`,
    params,
  );
}

function setBack(own: readonly PolicyEffect[], names: { readonly source: string; readonly registry: string }): Reason {
  const policy = own[0]?.policy.name ?? '';
  const { words, params } = named(own, own.length);
  const { source, registry } = names;
  const when = own[0]?.isReconciled === true ? ` or after the next scan of ${source}` : '';
  return plain(
    'setting-undone',
    `The policy “${policy}” replaces ${words} in ${registry} with what ${source} has, at its next run${when}: to keep another one, set it in ${source}, or exclude it from the policy.`,
    { policy, source, registry, ...params, ...(when === '' ? {} : { scanned: source }) },
  );
}

function setBackUnseen(own: readonly PolicyEffect[], registry: string): Reason {
  const { words, params } = named(own, own.length);
  return plain(
    'setting-undone-unseen',
    `A policy that you may not see replaces ${words} in ${registry} with what its source has, at its next run.`,
    { registry, ...params },
  );
}

function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
