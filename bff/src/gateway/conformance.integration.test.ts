import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RealRegistry, startRealRegistry } from '../testing/real-registry.ts';
import {
  type ConformanceCase,
  discoveryCases,
  managementCases,
  pullCases,
  pushCases,
  Session,
} from './testing/conformance-cases.ts';
import { type FrontDoorServer, startFrontDoor } from './testing/front-door-server.ts';

let registry: RealRegistry;
let door: FrontDoorServer;

beforeAll(async () => {
  registry = await startRealRegistry();
  door = await startFrontDoor({
    registries: { dev: { urls: [registry.url] } },
    people: { mara: { direct: 'maintainer', through: 'maintainer' } },
  });
});

afterAll(async () => {
  await door?.close();
  await registry?.stop();
});

function direct(): Session {
  return new Session({ url: registry.url, name: 'direct/one', otherName: 'direct/two', headers: {} });
}

function through(): Session {
  const authorization = `Basic ${Buffer.from(`mara:${door.password}`).toString('base64')}`;
  return new Session({
    url: door.url,
    name: 'dev/through/one',
    otherName: 'dev/through/two',
    headers: { authorization },
  });
}

async function fails(one: ConformanceCase, at: Session): Promise<string | null> {
  try {
    await one.run(at);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

// https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md
const cases = [...pullCases, ...pushCases, ...discoveryCases, ...managementCases];
/** The specification lets a registry refuse it: what was taken away blob by blob nobody could restore. */
const refused = 'by digest, and then it is gone';
const failed = { direct: [] as string[], through: [] as string[] };

describe('The cases of the distribution specification', () => {
  it.each(cases.map((one) => [one.section, one.what, one] as const))(
    '%s: %s, no worse through the front door than without it',
    async (_section, _what, one) => {
      const without = await fails(one, direct());
      const withIt = await fails(one, through());
      if (without !== null) failed.direct.push(one.what);
      if (withIt !== null) failed.through.push(one.what);
      if (without === null && one.what !== refused) expect(withIt).toBeNull();
    },
  );

  it('fail only where Distribution 2.8 does otherwise; lists of tags are sorted and paged on the way', () => {
    const lacking = ['416 for a chunk out of order', 'an index, filtered by type', 'the tag goes, its siblings stay'];
    expect(failed.through).toEqual([...lacking, refused]);
    expect(failed.direct.toSorted()).toEqual([...lacking, 'all of them, sorted', 'n, last and Link'].toSorted());
  });
});
