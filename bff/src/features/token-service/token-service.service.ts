import type { RecordAudit } from '../../access/audit-record.ts';
import type { RegistryCredentials } from '../../access/credentials.ts';
import type { AnonymousSubject, ProjectDirectory, RobotSubject, Subject } from '../../access/subject.ts';
import { TooManyAttemptsError } from '../session/session.service.ts';
import {
  createCredentialCheck,
  type CredentialCheck,
  type CredentialCheckDeps,
  subjectMs,
  userSubject,
} from './credential-check.ts';
import { ReadingCache } from './expiring-map.ts';
import { createRefusalLog, type RefusalLog } from './refusal-log.ts';
import { type Cut, frontDoor, type GrantFacts, grantAsked, grantsAt, type RegistryFacts } from './registry-grants.ts';
import { type AskedScope, parseScopes } from './registry-scope.ts';
import {
  type AccessEntry,
  createTokenVerifier,
  issuer,
  type SignedToken,
  signToken,
  type TokenHolder,
  tokenLifeSeconds,
} from './registry-tokens.ts';
import { jwksOf, type SigningKeys, type TrustedKey } from './signing-keys.ts';

export { frontDoor } from './registry-grants.ts';
export { TooManyScopesError } from './registry-scope.ts';

export class UnknownServiceError extends Error {
  override readonly name = 'UnknownServiceError';
}

export interface AskedToken {
  readonly subject: Subject;
  readonly service: string;
  readonly scopes: readonly string[];
  readonly address: string;
}

/** What a registry needs to know these tokens; nothing in it is secret. */
export interface TokenTrust {
  readonly issuer: string;
  /** Of every key that is trusted now, one after another. */
  readonly certificatePem: string;
  readonly jwks: { readonly keys: readonly object[] };
}

export interface TokenService extends RegistryCredentials {
  /** With the intersection of what is asked and what is allowed. @throws UnknownServiceError, TooManyScopesError */
  readonly issue: (asked: AskedToken) => Promise<SignedToken & { readonly expiresInSeconds: number }>;
  /**
   * For the console's own requests to a registry that trusts it: whatever they need, and the only tokens that may carry
   * the registry's catalog.
   */
  readonly mintForRegistry: (registryId: string, scopes: readonly string[]) => Promise<SignedToken>;
  readonly trust: () => Promise<TokenTrust>;
  readonly listKeys: () => Promise<readonly TrustedKey[]>;
  readonly rotateKey: () => Promise<void>;
  /** Registries or projects changed somewhere; or accounts, rights and keys did. */
  readonly forget: (what: 'places' | 'everything') => void;
}

export interface TokenServiceDeps extends Omit<CredentialCheckDeps, 'onProven' | 'robots'> {
  readonly robots: {
    readonly authenticate: CredentialCheckDeps['robots'];
    readonly findSubject: (robotId: string) => Promise<RobotSubject | undefined>;
  };
  readonly projects: () => Promise<ProjectDirectory>;
  readonly allowsAnonymous: () => Promise<boolean>;
  readonly listRegistries: () => Promise<ReadonlyArray<{ id: string; environment: string; maintenance: unknown }>>;
  readonly keys: SigningKeys;
  readonly recordAudit: RecordAudit;
}

export function createTokenService(deps: TokenServiceDeps): TokenService {
  const { keys, clock } = deps;
  const log = createRefusalLog(deps.recordAudit, clock);
  const check = createCredentialCheck({ ...deps, robots: deps.robots.authenticate, onProven: log.signedIn });
  const grantFacts = grantFactsReader(deps);
  const holders = new ReadingCache<Subject | undefined>(subjectMs, clock);
  const verifyToken = createTokenVerifier(frontDoor, clock);
  const anonymous = async (): Promise<AnonymousSubject> => ({
    kind: 'anonymous',
    isAllowed: await deps.allowsAnonymous(),
  });
  const subjectOfNow = (holder: TokenHolder): Promise<Subject | undefined> => {
    if (holder.kind === 'anonymous') return anonymous();
    const key = JSON.stringify(holder);
    return holders.getOrLoad(key, () => loadHolder(deps, holder));
  };
  return {
    authenticate: loggedAuthenticate(check, log),
    anonymous,
    grantsAt: async (subject, registryId, repository) =>
      grantsAt(subject, { registryId, repository }, await grantFacts.read()),
    async verify(token) {
      const checked = await verifyToken(token, await keys.ring());
      const subject = checked && (await subjectOfNow(checked.holder));
      return subject && { subject, grants: checked.grants, expiresAt: checked.expiresAt };
    },
    async issue({ subject, service, scopes, address }) {
      const asked = parseScopes(scopes);
      const { access, cuts } = grantAll(subject, service, asked, await grantFacts.read());
      await log.grantsCut(subject, cuts, address);
      const subjectName = subject.kind === 'anonymous' ? '' : subject.name;
      const content = { audience: service, subjectName, holder: holderOf(subject), access };
      const signed = signToken(await keys.ring(), content, clock.now());
      return { ...signed, expiresInSeconds: tokenLifeSeconds };
    },
    async mintForRegistry(registryId, scopes) {
      if (registryId === frontDoor) throw new UnknownServiceError();
      const access: AccessEntry[] = parseScopes(scopes).map((scope) => ({ type: 'repository', ...scope }));
      if (scopes.includes('registry:catalog:*')) access.push({ type: 'registry', name: 'catalog', actions: ['*'] });
      const holder = { kind: 'console', id: null } as const;
      const content = { audience: registryId, subjectName: 'longshore', holder, access };
      return signToken(await keys.ring(), content, clock.now());
    },
    async trust() {
      const ring = await keys.ring();
      const certificatePem = ring.trusted.map((key) => key.certificatePem).join('');
      return { issuer, certificatePem, jwks: await jwksOf(ring) };
    },
    listKeys: async () => (await keys.ring()).trusted,
    rotateKey: () => keys.rotate(),
    forget(what) {
      grantFacts.forget();
      holders.clear();
      check.forget(what);
      if (what === 'everything') keys.forget();
    },
  };
}

/** Every refusal is in the audit log. */
function loggedAuthenticate(check: CredentialCheck, log: RefusalLog): RegistryCredentials['authenticate'] {
  return async (username, password, address) => {
    try {
      const subject = await check.authenticate(username, password, address);
      if (subject === undefined) {
        await log.credentialsRefused(username, check.fingerprintOf(username, password), address);
      }
      return subject;
    } catch (error) {
      if (error instanceof TooManyAttemptsError) await log.tooManyAttempts(username, address);
      throw error;
    }
  };
}

/** @throws UnknownServiceError */
function grantAll(subject: Subject, service: string, asked: readonly AskedScope[], facts: GrantFacts) {
  if (service !== frontDoor && !facts.registries.has(service)) throw new UnknownServiceError();
  const access: AccessEntry[] = [];
  const cuts: Cut[] = [];
  for (const scope of asked) {
    const { actions, cut } = grantAsked(subject, service, scope, facts);
    if (actions.length > 0) access.push({ type: 'repository', name: scope.name, actions });
    if (cut !== undefined) cuts.push(cut);
  }
  return { access, cuts };
}

function holderOf(subject: Subject): TokenHolder {
  if (subject.kind === 'anonymous') return { kind: 'anonymous', id: null };
  const ceiling = subject.kind === 'user' ? subject.ceiling : undefined;
  return { kind: subject.kind, id: subject.id, ...(ceiling === undefined ? {} : { ceiling }) };
}

/** Undefined for accounts that are gone, disabled or expired. */
async function loadHolder(deps: TokenServiceDeps, { kind, id, ceiling }: TokenHolder): Promise<Subject | undefined> {
  if (id === null) return undefined;
  if (kind === 'robot') return deps.robots.findSubject(id);
  const account = kind === 'user' ? await deps.passwords.findById(id) : undefined;
  if (account === undefined || account.isDisabled) return undefined;
  const subject = await userSubject(deps, account);
  return ceiling === undefined ? subject : { ...subject, ceiling };
}

/** The registries are read at most every two seconds: that a maintenance ran out is announced a little later. */
function grantFactsReader({ listRegistries, projects, clock }: TokenServiceDeps) {
  const held = new ReadingCache<ReadonlyMap<string, RegistryFacts>>(subjectMs, clock);
  const load = async () =>
    new Map(
      (await listRegistries()).map(({ id, environment, maintenance }) => [
        id,
        { environment, isInMaintenance: maintenance !== null },
      ]),
    );
  return {
    forget: () => held.clear(),
    read: async (): Promise<GrantFacts> => {
      const registries = await held.getOrLoad('all', load);
      return { registries, projects: await projects() };
    },
  };
}
