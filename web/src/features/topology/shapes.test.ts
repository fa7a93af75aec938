import type { Policy } from 'bff/contract/policies';
import { describe, expect, it } from 'vitest';
import { policyContent, policyWith } from '../../testing/policies.ts';
import { shapesOf } from './shapes.ts';

function policy(from: string, to: readonly string[], change: Partial<Policy> = {}, onPush = true): Policy {
  const destinations = to.map((registryId) => ({ registryId, bandwidth: null }));
  const name = `${from} to ${to.join(', ')}`;
  const content = { ...policyContent, sourceRegistryId: from, destinations, onPush };
  return policyWith({ id: name, name, content, ...change });
}
const said = (policies: readonly Policy[]) =>
  shapesOf(policies).map(({ kind, registryIds }) => `${kind}: ${registryIds.join(' ')}`);

describe('shapes', () => {
  it('of one policy with several destinations', () => {
    expect(said([policy('production', ['north', 'south'])])).toEqual(['fan-out: production north south']);
  });

  it('of sites behind one another', () => {
    const hops = [policy('head', ['province']), policy('province', ['city', 'town'])];
    expect(said(hops)).toEqual([
      'chain: head province city',
      'chain: head province town',
      'fan-out: province city town',
    ]);
  });

  it('of two masters, which are no chain', () => {
    expect(said([policy('south', ['north']), policy('north', ['south'])])).toEqual(['masters: north south']);
  });

  it('end where nothing goes on by itself, and where a policy is off', () => {
    expect(said([policy('head', ['province']), policy('province', ['city'], {}, false)])).toEqual([]);
    expect(said([policy('head', ['province']), policy('province', ['city'], { isEnabled: false })])).toEqual([]);
  });

  it('of a circle are found without an end', () => {
    const circle = [
      policy('one', ['two']),
      policy('two', ['three']),
      policy('three', ['one']),
      policy('head', ['one']),
    ];
    expect(said(circle)).toEqual(['chain: head one two three']);
  });
});
