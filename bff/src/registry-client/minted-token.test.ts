import { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { type FlawedRegistry, startFlawedRegistry } from '../testing/flawed-registry.ts';
import { createRegistryClient, type MintToken, type RegistryClient, RegistryError } from './index.ts';

let registry: FlawedRegistry;
let client: RegistryClient;

async function clientWith(mintToken: MintToken): Promise<RegistryClient> {
  registry = await startFlawedRegistry({ kind: 'token-realm', realm: 'http://127.0.0.1:1/token' });
  client = createRegistryClient({ name: 'trusting', endpoints: [{ url: registry.url }], userAgent: 'test', mintToken });
  return client;
}
afterEach(async () => {
  await client.close();
  await registry.stop();
});

const down = () => Promise.reject(Object.assign(new Error('the database is down'), { code: 'ECONNREFUSED' }));
const expected = {
  code: 'token-not-made',
  sentence: 'trusting was not asked: the token for it could not be made here.',
  retryable: true,
};

describe('A token that could not be made', () => {
  test('is a registry error that blames nobody else, can be tried again, and is not remembered', async () => {
    let isDown = true;
    const minting = await clientWith(() =>
      isDown ? down() : Promise.resolve({ token: 'made', expiresAt: new Date(Date.now() + 60_000) }),
    );
    const error: unknown = await minting.headManifest('a/b', 'v1').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RegistryError);
    expect(error).toMatchObject(expected);
    expect(minting.endpointStates()[0]?.state).not.toBe('down');
    isDown = false;
    const [endpoint] = minting.forwardingEndpoints();
    expect(await endpoint?.authorize(['repository:a/b:pull'])).toBe('Bearer made');
  });

  test('nor does it take an endpoint down for whoever passes requests on', async () => {
    const minting = await clientWith(down);
    await minting.ping().catch(() => undefined);
    const [endpoint] = minting.forwardingEndpoints();
    const error: unknown = await endpoint?.authorize(['repository:a/b:pull']).catch((caught: unknown) => caught);
    expect(error).toMatchObject(expected);
    expect(endpoint?.failed(error)).toMatchObject({ error: expected, isUnreachable: false });
  });
});

describe('A token that runs out between the opening of an upload and its bytes', () => {
  const bytes = Buffer.from('a layer');
  const push = (lasting: string) => {
    let count = 0;
    const made: string[] = [];
    const minting = createRegistryClient({
      name: 'trusting',
      endpoints: [{ url: registry.url }],
      userAgent: 'test',
      mintToken: (scopes) => {
        // What gives up the upload has a token of its own.
        if (scopes.some((scope) => scope.endsWith(':pull,delete'))) return down();
        made.push(`made-${(count += 1)}`);
        return Promise.resolve({ token: made.at(-1) ?? '', expiresAt: new Date(Date.now() + 300_000) });
      },
    });
    client = minting;
    registry.flaw = { kind: 'tokens-run-out', lasting };
    const blob = { digest: registry.addBlob(bytes), sizeBytes: bytes.length };
    return { made, send: () => minting.pushBlob('a/b', blob, () => Readable.from([bytes])) };
  };

  test('can be tried again with a new one', async () => {
    registry = await startFlawedRegistry();
    const { made, send } = push('made-2');
    const error: unknown = await send().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'unauthorized', retryable: true });
    expect(await send()).toBe('copied');
    expect(made).toEqual(['made-1', 'made-2']);
  });

  test('where the first token is refused at once it is final after one more', async () => {
    registry = await startFlawedRegistry({ kind: 'token-realm', realm: 'http://127.0.0.1:1/token' });
    const { made, send } = push('none');
    registry.flaw = { kind: 'token-realm', realm: 'http://127.0.0.1:1/token' };
    const error: unknown = await send().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'unauthorized', retryable: false });
    expect(made.length).toBeLessThanOrEqual(2);
  });
});
