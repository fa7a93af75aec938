import { createHmac, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import { exportJWK } from 'jose';
import { beforeEach, expect, it } from 'vitest';
import type { AuditRecord } from '../../access/audit-record.ts';
import { nobody, type RoleRow, type Subject } from '../../access/subject.ts';
import type { Database } from '../../database/index.ts';
import { describeEachDatabase } from '../../testing/test-database.ts';
import { createSecretSealer } from '../registries/sealed-secret.ts';
import { type SignInLimits, TooManyAttemptsError } from '../session/session.service.ts';
import type { Account } from './credential-check.ts';
import { createSigningKeysStore } from './signing-keys.store.ts';
import { createSigningKeys, trustedForSeconds } from './signing-keys.ts';
import { createTokenService } from './token-service.service.ts';

const encryptionKey = randomBytes(32);
const lsp = `lsp_${'a'.repeat(43)}`;

const dora: Account = {
  id: 'id-dora',
  username: 'dora',
  isSystemAdmin: false,
  isDisabled: false,
  credentialVersion: '1',
};

/** A token service over a real database for its keys; accounts, roles and time are the test's. */
function build(database: Database) {
  const world = {
    now: new Date('2026-05-05T05:05:05Z'),
    accounts: new Map([['dora', dora]]),
    password: 'right',
    hashes: 0,
    wrong: 0,
    robotWorks: true,
    role: 'developer' as RoleRow['defaultRole'],
    audit: [] as AuditRecord[],
    maintenance: null as object | null,
  };
  const limits: SignInLimits = {
    begin: async () => {
      if (world.wrong >= 3) throw new TooManyAttemptsError(60, false);
      world.wrong += 1;
    },
    accept: async () => {
      world.wrong -= 1;
    },
    giveBack: async () => {
      world.wrong -= 1;
    },
  };
  const clock = { now: () => world.now };
  const robot = () =>
    world.robotWorks
      ? {
          kind: 'robot' as const,
          id: 'id-robot',
          name: 'robot.payments.ci',
          project: 'payments',
          grants: [{ actions: ['artifact.push' as const], environments: ['production'], repositories: ['api'] }],
        }
      : undefined;
  const keys = createSigningKeys({
    store: createSigningKeysStore(database.kysely),
    sealer: createSecretSealer([encryptionKey]),
    clock,
  });
  const rows = () =>
    new Map([['payments', [{ defaultRole: world.role, environmentRoles: new Map() } satisfies RoleRow]]]);
  const tokens = createTokenService({
    passwords: {
      authenticate: async ({ username, password }) => {
        world.hashes += 1;
        const found = world.accounts.get(username);
        return password === world.password && found?.isDisabled === false ? found : undefined;
      },
      findById: async (id) => [...world.accounts.values()].find((found) => found.id === id),
    },
    robots: { authenticate: async () => robot(), findSubject: async () => robot() },
    accessTokens: async (name, secret) =>
      name === 'dora' && secret === lsp
        ? { userId: 'id-dora', ceiling: { actions: ['artifact.pull'], projects: null, environments: null } }
        : undefined,
    rowsOf: async () => rows(),
    projects: async () => new Map([['open', { isPublic: true, publicEnvironments: new Map(), isArchived: false }]]),
    allowsAnonymous: async () => true,
    listRegistries: async () => [{ id: 'main', environment: 'production', maintenance: world.maintenance }],
    limits,
    keys,
    recordAudit: async (record) => void world.audit.push(record),
    clock,
  });
  const later = (ms: number) => {
    world.now = new Date(world.now.getTime() + ms);
  };
  const issue = async (scope = 'repository:main/payments/api:pull,push', service = 'longshore') => {
    const subject = await tokens.authenticate('dora', world.password, '10.0.0.1');
    if (subject === undefined) throw new Error('Nobody is behind this credential.');
    return (await tokens.issue({ subject, service, scopes: [scope], address: '10.0.0.1' })).token;
  };
  return { world, tokens, keys, later, issue };
}

type Built = ReturnType<typeof build>;

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
function decode(token: string): { header: Record<string, unknown>; payload: Record<string, unknown> } {
  const [header = '', payload = ''] = token.split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  return { header: read(header), payload: read(payload) };
}

describeEachDatabase('The token service', (open) => {
  let built: Built;
  let database: Database;
  beforeEach(async () => {
    database = await open();
    built = build(database);
  });
  const grantsOf = (subject: Subject | undefined) => built.tokens.grantsAt(subject ?? nobody, 'main', 'payments/api');
  const privateKeyOf = async ({ keys }: Built) => (await keys.ring()).signing().privateKey;
  /** Signed with the service's own key, so that nothing but the change makes it wrong. */
  const forge = async (token: string, change: { header?: object; payload?: object }) => {
    const { header, payload } = decode(token);
    const text = `${encode({ ...header, ...change.header })}.${encode({ ...payload, ...change.payload })}`;
    const key = { key: await privateKeyOf(built), dsaEncoding: 'ieee-p1363' as const };
    return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
  };

  it('makes tokens that it takes itself, with the rights of now beside the grants of then', async () => {
    const token = await built.issue();
    const { header, payload } = decode(token);
    expect(header).toMatchObject({ typ: 'JWT', alg: 'ES256' });
    expect(new X509Certificate(Buffer.from((header['x5c'] as string[])[0] ?? '', 'base64')).subject).toContain(
      String(header['kid']),
    );
    expect(payload).toMatchObject({ iss: 'longshore', sub: 'dora', aud: 'longshore' });
    expect(Number(payload['exp']) - Number(payload['iat'])).toBeLessThanOrEqual(300);
    expect(payload['jti']).not.toBe(decode(await built.issue()).payload['jti']);
    const verified = await built.tokens.verify(token);
    expect(verified?.grants).toEqual([{ name: 'main/payments/api', actions: ['pull', 'push'] }]);
    expect(verified?.subject).toMatchObject({ kind: 'user', name: 'dora' });
    built.world.role = 'guest';
    built.tokens.forget('everything');
    const later = await built.tokens.verify(token);
    expect(await grantsOf(later?.subject)).toEqual(['pull']);
    built.world.accounts.set('dora', { ...dora, isDisabled: true });
    built.tokens.forget('everything');
    expect(await built.tokens.verify(token)).toBeUndefined();
  });

  it('refuses forged tokens', async () => {
    const token = await built.issue();
    expect(await built.tokens.verify(await forge(token, {}))).toBeDefined();
    const { header, payload } = decode(token);
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const signedBy = (privateKey: typeof other.privateKey, changed: object) => {
      const text = `${encode({ ...header, ...changed })}.${encode(payload)}`;
      const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return `${text}.${signature.toString('base64url')}`;
    };
    const jwk = await exportJWK(other.publicKey);
    const [trusted] = (await built.keys.ring()).trusted;
    const pem = trusted?.publicKey.export({ type: 'spki', format: 'pem' }).toString() ?? '';
    const hmacText = `${encode({ ...header, alg: 'HS256' })}.${encode(payload)}`;
    const hmac = (secret: string) => `${hmacText}.${createHmac('sha256', secret).update(hmacText).digest('base64url')}`;
    const nowSeconds = Math.floor(built.world.now.getTime() / 1000);
    const forged: Record<string, string> = {
      none: `${encode({ ...header, alg: 'none' })}.${encode(payload)}.`,
      'none with a signature': await forge(token, { header: { alg: 'none' } }),
      'the public key as a secret': hmac(pem),
      'the certificate as a secret': hmac(trusted?.certificatePem ?? ''),
      'a key of its own in the header': signedBy(other.privateKey, { jwk }),
      'a key of its own, named as ours': signedBy(other.privateKey, {}),
      'a key of its own and no name': signedBy(other.privateKey, { kid: undefined, jwk }),
      'our key, with a jwk beside it': await forge(token, { header: { jwk } }),
      'an address for keys': await forge(token, { header: { jku: 'http://127.0.0.1:1/keys' } }),
      'an address for certificates': await forge(token, { header: { x5u: 'http://127.0.0.1:1/keys' } }),
      'something critical that is not known': await forge(token, { header: { crit: ['x'], x: 1 } }),
      'another name of the key': await forge(token, { header: { kid: 'other' } }),
      'another algorithm': await forge(token, { header: { alg: 'ES384' } }),
      'another audience': await forge(token, { payload: { aud: 'main' } }),
      'no audience': await forge(token, { payload: { aud: undefined } }),
      'another issuer': await forge(token, { payload: { iss: 'elsewhere' } }),
      'no end': await forge(token, { payload: { exp: undefined } }),
      'an end in the past': await forge(token, { payload: { exp: nowSeconds - 120 } }),
      'a beginning in the future': await forge(token, { payload: { nbf: nowSeconds + 120 } }),
      'no holder': await forge(token, { payload: { holder: undefined } }),
      'the console as its holder': await forge(token, { payload: { holder: { kind: 'console', id: null } } }),
      'another body': `${token.split('.')[0]}.${encode({ ...payload, sub: 'admin' })}.${token.split('.')[2]}`,
      'a cut signature': token.slice(0, -4),
      'no token at all': 'hello',
      nothing: '',
    };
    for (const [what, attempt] of Object.entries(forged)) {
      expect(await built.tokens.verify(attempt), what).toBeUndefined();
    }
    expect(await built.tokens.verify((await built.tokens.mintForRegistry('main', [])).token)).toBeUndefined();
    expect(await built.tokens.verify(await built.issue('repository:payments/api:pull', 'main'))).toBeUndefined();
    built.later(400_000);
    expect(await built.tokens.verify(token)).toBeUndefined();
  });

  it('lets the catalog be read by tokens for the console’s own requests only', async () => {
    expect(decode(await built.issue('registry:catalog:*', 'main')).payload['access']).toEqual([]);
    const { token } = await built.tokens.mintForRegistry('main', ['registry:catalog:*', 'repository:a/b:pull']);
    expect(decode(token).payload).toMatchObject({
      aud: 'main',
      access: [
        { type: 'repository', name: 'a/b', actions: ['pull'] },
        { type: 'registry', name: 'catalog', actions: ['*'] },
      ],
    });
    await expect(built.tokens.mintForRegistry('longshore', [])).rejects.toThrow();
  });

  it('makes one key however many instances start at once, sealed and for this installation', async () => {
    const others = [built, ...Array.from({ length: 4 }, () => build(database))];
    const keyIds = await Promise.all(
      others.map(async ({ tokens }) => (await tokens.listKeys()).map((key) => key.keyId)),
    );
    expect(new Set(keyIds.flat()).size).toBe(1);
    const dump = JSON.stringify(await database.kysely.selectFrom('signing_keys').selectAll().execute());
    expect(dump).not.toContain('PRIVATE');
    const token = await built.issue();
    for (const { tokens } of others) expect(await tokens.verify(token)).toBeDefined();
  });

  it('takes tokens of the key before until they have expired, and no longer', async () => {
    const old = await built.issue();
    await Promise.all([built.tokens.rotateKey(), built.tokens.rotateKey()]);
    const keys = await built.tokens.listKeys();
    expect(keys[0]?.retiresAt).toBeNull();
    expect(keys.filter(({ retiresAt }) => retiresAt === null)).toHaveLength(1);
    expect(decode(await built.issue()).header['kid']).toBe(keys[0]?.keyId);
    expect(await built.tokens.verify(old)).toBeDefined();
    expect((await built.tokens.trust()).jwks.keys).toHaveLength(keys.length);
    // The database's clock says when its time is over.
    expect(trustedForSeconds).toBeGreaterThan(300);
    await database.kysely
      .updateTable('signing_keys')
      .set({ retires_at: new Date(Date.now() - 1000) })
      .where('retires_at', 'is not', null)
      .execute();
    built.tokens.forget('everything');
    expect(await built.tokens.verify(old)).toBeUndefined();
    expect((await built.tokens.trust()).jwks.keys).toHaveLength(1);
  });

  it('says that a key sealed with another server’s key cannot be used, and can be given a new one', async () => {
    await built.tokens.listKeys();
    await database.kysely.updateTable('signing_keys').set({ private_key_sealed: 'v1.00000000.AAAA' }).execute();
    built.tokens.forget('everything');
    await expect(built.issue()).rejects.toThrow('sealed with a key that this server does not have');
    await built.tokens.rotateKey();
    expect(await built.tokens.verify(await built.issue())).toBeDefined();
  });
});

describeEachDatabase('A credential', (open) => {
  let built: Built;
  beforeEach(async () => {
    built = build(await open());
  });
  const grantsOf = (subject: Subject | undefined) => built.tokens.grantsAt(subject ?? nobody, 'main', 'payments/api');
  const ask = (password = 'right', username = 'dora') => built.tokens.authenticate(username, password, '10.0.0.1');

  it('that was just proven is not hashed again, for five minutes', async () => {
    await Promise.all(Array.from({ length: 20 }, () => ask()));
    built.later(60_000);
    expect(await ask()).toMatchObject({ name: 'dora' });
    expect(built.world.hashes).toBe(1);
    built.later(300_000);
    await ask();
    expect(built.world.hashes).toBe(2);
    expect(built.world.wrong).toBe(0);
  });

  it('is bound to its password and its account', async () => {
    await ask();
    built.world.accounts.set('dora', { ...dora, credentialVersion: '2' });
    built.world.password = 'changed';
    built.later(2500);
    expect(await ask()).toBeUndefined();
    expect(await ask('changed')).toBeDefined();
    built.world.accounts.set('dora', { ...dora, isDisabled: true });
    built.later(2500);
    expect(await ask('changed')).toBeUndefined();
  });

  it('is looked at anew as soon as rights or accounts are said to have changed', async () => {
    await ask();
    built.world.role = 'guest';
    built.tokens.forget('places');
    const subject = await ask();
    expect(await grantsOf(subject)).toEqual(['pull']);
    expect(built.world.hashes).toBe(1);
    built.tokens.forget('everything');
    await ask();
    expect(built.world.hashes).toBe(2);
  });

  it('that is wrong counts, also for a secret that was right a moment ago', async () => {
    const secret = `lsr_${'b'.repeat(43)}`;
    expect(await ask(secret, 'robot.payments.ci')).toMatchObject({ kind: 'robot' });
    built.world.robotWorks = false;
    built.later(2500);
    for (let attempt = 0; attempt < 3; attempt += 1) expect(await ask(secret, 'robot.payments.ci')).toBeUndefined();
    await expect(ask(secret, 'robot.payments.ci')).rejects.toThrow(TooManyAttemptsError);
    expect(built.world.hashes).toBe(0);
  });

  it('of an access token leaves what it was made for, in its tokens too', async () => {
    const subject = await ask(lsp);
    const scopes = ['repository:main/payments/api:pull,push'];
    const { token } = await built.tokens.issue({
      subject: subject ?? nobody,
      service: 'longshore',
      scopes,
      address: 'x',
    });
    const verified = await built.tokens.verify(token);
    expect(verified?.grants).toEqual([{ name: 'main/payments/api', actions: ['pull'] }]);
    expect(await grantsOf(verified?.subject)).toEqual(['pull']);
    expect(await ask(lsp, 'somebody')).toBeUndefined();
    expect(built.world.hashes).toBe(0);
  });

  it.each(['', 'a'.repeat(300), 'do\u0000ra', 'do\nra', '\ud800'])(
    'of an impossible name is nobody’s',
    async (name) => {
      expect(await ask('right', name)).toBeUndefined();
      expect(built.world.hashes).toBe(0);
    },
  );

  it('that is refused is in the audit log, once a minute for the same, and so are cut grants', async () => {
    built.world.wrong = -100;
    for (let attempt = 0; attempt < 5; attempt += 1) await ask('wrong');
    await ask('wrong too');
    expect(built.world.audit.map(({ action, outcome, target }) => [action, outcome, target])).toEqual([
      ['registrySignIn', 'refused', 'dora'],
      ['registrySignIn', 'refused', 'dora'],
    ]);
    expect(JSON.stringify(built.world.audit)).not.toContain('wrong too');
    built.world.audit = [];
    built.world.role = 'guest';
    for (let attempt = 0; attempt < 5; attempt += 1) await built.issue();
    expect(built.world.audit).toMatchObject([
      { action: 'registrySignIn', outcome: 'done', actor: { name: 'dora' } },
      {
        action: 'registryToken',
        outcome: 'refused',
        project: 'payments',
        environment: 'production',
        target: 'main/payments/api:push',
        reason: expect.stringContaining('developer') as string,
      },
    ]);
    built.later(61_000);
    await built.issue();
    expect(built.world.audit.filter(({ action }) => action === 'registryToken')).toHaveLength(2);
  });

  it('cannot flood the audit log, whatever it asks for', async () => {
    const subject = await built.tokens.anonymous();
    for (let round = 0; round < 20; round += 1) {
      const scopes = Array.from({ length: 50 }, (_, index) => `repository:main/p${round}/r${index}:push`);
      await built.tokens.issue({ subject, service: 'longshore', scopes, address: '10.0.0.9' });
    }
    expect(built.world.audit.length).toBeLessThanOrEqual(120);
  });
});
