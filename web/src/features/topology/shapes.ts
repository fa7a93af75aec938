import type { Policy } from 'bff/contract/policies';
import { isCopying } from '../../domain/topology/ways.ts';

/** What policies make together. */
export type Shape =
  /** Each copies to the other: both may be pushed to. */
  | { readonly kind: 'masters'; readonly registryIds: readonly [string, string]; readonly policies: readonly Policy[] }
  /** What arrives at one site goes on to the next. */
  | { readonly kind: 'chain'; readonly registryIds: readonly string[]; readonly policies: readonly Policy[] }
  /** One policy, several destinations: read once, written to each. */
  | { readonly kind: 'fan-out'; readonly registryIds: readonly string[]; readonly policies: readonly Policy[] };

interface Hop {
  readonly from: string;
  readonly to: string;
  readonly policies: readonly Policy[];
}

/** A web of registries has more chains than anybody reads. */
const chainsMax = 20;
const hopsMax = 8;

/** The shapes of the policies that copy now. Registries of a chain and of a fan-out begin with the source. */
export function shapesOf(policies: readonly Policy[]): Shape[] {
  const hops = hopsOf(policies);
  const masters = mastersOf(hops);
  const paired = new Set(masters.flatMap(({ registryIds: [one, other] }) => [`${one} ${other}`, `${other} ${one}`]));
  return [...masters, ...chainsOf(hops.filter(({ from, to }) => !paired.has(`${from} ${to}`))), ...fanOutsOf(policies)];
}

function hopsOf(policies: readonly Policy[]): Hop[] {
  const found = new Map<string, Hop>();
  for (const policy of policies) {
    const from = policy.content.sourceRegistryId;
    for (const { registryId: to } of policy.destinations) {
      if (!isCopying(policy, to)) continue;
      const key = `${from} ${to}`;
      found.set(key, { from, to, policies: [...(found.get(key)?.policies ?? []), policy] });
    }
  }
  return [...found.values()];
}

function mastersOf(hops: readonly Hop[]): Extract<Shape, { kind: 'masters' }>[] {
  return hops.flatMap((hop) => {
    const back = hops.find(({ from, to }) => from === hop.to && to === hop.from);
    if (back === undefined || hop.from > hop.to) return [];
    return [{ kind: 'masters', registryIds: [hop.from, hop.to], policies: [...hop.policies, ...back.policies] }];
  });
}

/** Along ways that go on by themselves after a push, from where nothing arrives to where nothing goes on. */
function chainsOf(hops: readonly Hop[]): Extract<Shape, { kind: 'chain' }>[] {
  const onPush = hops
    .map((hop) => ({ ...hop, policies: hop.policies.filter(({ content }) => content.onPush) }))
    .filter(({ policies }) => policies.length > 0);
  const arrivesAt = new Set(onPush.map(({ to }) => to));
  const chains: Extract<Shape, { kind: 'chain' }>[] = [];
  const follow = (path: readonly Hop[]): void => {
    if (chains.length >= chainsMax) return;
    const last = path.at(-1);
    const seen = new Set(path.map(({ from }) => from));
    const next = onPush.filter(({ from, to }) => from === last?.to && !seen.has(to));
    if (next.length === 0 || path.length >= hopsMax) {
      if (path.length < 2) return;
      const registryIds = [path[0]?.from ?? '', ...path.map(({ to }) => to)];
      chains.push({ kind: 'chain', registryIds, policies: [...new Set(path.flatMap(({ policies }) => policies))] });
    } else for (const hop of next) follow([...path, hop]);
  };
  for (const hop of onPush) if (!arrivesAt.has(hop.from)) follow([hop]);
  return chains;
}

function fanOutsOf(policies: readonly Policy[]): Extract<Shape, { kind: 'fan-out' }>[] {
  return policies.flatMap((policy) => {
    const to = policy.destinations.filter(({ registryId }) => isCopying(policy, registryId));
    if (to.length < 2) return [];
    const registryIds = [policy.content.sourceRegistryId, ...to.map(({ registryId }) => registryId)];
    return [{ kind: 'fan-out', registryIds, policies: [policy] }];
  });
}
