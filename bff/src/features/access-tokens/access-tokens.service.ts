import { timingSafeEqual } from 'node:crypto';
import type { Ceiling } from '../../access/subject.ts';
import { generateAccessTokenSecret, hashOfSecret, isAccessToken } from './access-token-secret.ts';
import type { AccessTokensStore, PresentedTokensStore, StoredAccessToken } from './access-tokens.store.ts';

/** Tokens are for machines and shells of one person; who has this many has lost sight of them. */
const tokensMax = 100;

export class AccessTokenNameTakenError extends Error {
  override readonly name = 'AccessTokenNameTakenError';

  constructor(tokenName: string) {
    super(`You have an access token “${tokenName}” already. Choose another name.`);
  }
}

export class TooManyAccessTokensError extends Error {
  override readonly name = 'TooManyAccessTokensError';

  constructor() {
    super(`You have ${tokensMax} access tokens already. Delete one that is not used any more.`);
  }
}

export class AccessTokenNotFoundError extends Error {
  override readonly name = 'AccessTokenNotFoundError';

  constructor() {
    super('You have no such access token.');
  }
}

export interface AccessTokenDraft {
  readonly name: string;
  readonly ceiling: Ceiling;
  readonly expiresInDays: number;
}

/** What a token stands for: its owner, held below its ceiling by whoever decides. */
export interface ProvenToken {
  readonly userId: string;
  readonly ceiling: Ceiling;
  /** What is made for it must not live longer. */
  readonly expiresAt: Date;
}

export interface AccessTokensDeps {
  readonly store: AccessTokensStore;
  readonly presented: PresentedTokensStore;
  /** Whoever remembers a token forgets it. */
  readonly announceAccess: () => void;
  readonly newId: () => string;
  readonly onFault: (error: unknown) => void;
}

export type AccessTokensService = ReturnType<typeof createAccessTokensService>;

export function createAccessTokensService({ store, presented, announceAccess, newId, onFault }: AccessTokensDeps) {
  const noting = new Set<string>();
  /** Behind the request's back, once for many that come at the same time. */
  const noteUse = (id: string, address: string): void => {
    if (noting.has(id)) return;
    noting.add(id);
    void presented
      .noteUse(id, address)
      .catch(onFault)
      .finally(() => noting.delete(id));
  };
  return {
    list: (userId: string): Promise<StoredAccessToken[]> => store.list(userId),

    /** The secret is in this answer and nowhere else. @throws AccessTokenNameTakenError, TooManyAccessTokensError */
    async create(userId: string, draft: AccessTokenDraft): Promise<{ token: StoredAccessToken; secret: string }> {
      if ((await store.count(userId)) >= tokensMax) throw new TooManyAccessTokensError();
      const secret = generateAccessTokenSecret();
      const token = await store.insert({ ...draft, id: newId(), userId, secretHash: hashOfSecret(secret) });
      if (token === undefined) throw new AccessTokenNameTakenError(draft.name);
      return { token, secret };
    },

    /** @returns its name @throws AccessTokenNotFoundError */
    async remove(userId: string, id: string): Promise<string> {
      const name = await store.remove(userId, id);
      if (name === undefined) throw new AccessTokenNotFoundError();
      announceAccess();
      return name;
    },

    /**
     * Undefined for a token that is none, that is somebody else's, expired or of a disabled user: all alike, and in the
     * same time, because the same is done. The table is entered by the secret's hash, which nobody can steer.
     */
    async authenticate(username: string, secret: string, address: string): Promise<ProvenToken | undefined> {
      if (!isAccessToken(secret)) return undefined;
      const found = await presented.findByHash(hashOfSecret(secret));
      const isOwners = isSameName(username, found?.username ?? '');
      if (found === undefined || !isOwners || !found.isLive) return undefined;
      if (!found.isUseFresh) noteUse(found.id, address);
      const { userId, ceiling, expiresAt } = found;
      return { userId, ceiling, expiresAt };
    },
  };
}

/** Upper and lower case are the same name. */
function isSameName(given: string, known: string): boolean {
  const digest = (text: string) => Buffer.from(hashOfSecret(text.toLowerCase()));
  return timingSafeEqual(digest(given), digest(known));
}
