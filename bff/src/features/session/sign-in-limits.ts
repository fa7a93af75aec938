import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { answerOfRedis } from './redis-sessions.ts';
import { type SignInLimits, TooManyAttemptsError } from './session.service.ts';

const QUARTER_HOUR_SECONDS = 15 * 60;

/**
 * Ten wrong passwords for one name from one address; a hundred from one address under any names; a hundred for one name
 * from anywhere, which is high enough that a stranger cannot easily lock somebody out. Right ones are not counted.
 */
const rules = [
  { name: 'pair', points: 10 },
  { name: 'address', points: 100 },
  { name: 'username', points: 100 },
] as const;

/** With `redisClient` all instances count together; when Redis cannot be reached nobody signs in, rather than without limit. */
export function createSignInLimits(redisClient: unknown): SignInLimits {
  const limiters = rules.map(({ name, points }) => ({
    name,
    points,
    limiter: createLimiter(name, points, redisClient),
  }));
  const keyOf = (name: (typeof rules)[number]['name'], username: string, clientAddress: string): string => {
    const plain = username.toLowerCase().slice(0, 255);
    return { pair: `${plain}\n${clientAddress}`, address: clientAddress, username: plain }[name];
  };
  return {
    async begin(username, clientAddress) {
      for (const { name, limiter, points } of limiters) {
        const refused = await counted(() => limiter.consume(keyOf(name, username, clientAddress)));
        if (refused !== undefined) {
          throw new TooManyAttemptsError(Math.ceil(refused.msBeforeNext / 1000), refused.consumedPoints === points + 1);
        }
      }
    },
    async accept(username, clientAddress) {
      for (const { name, limiter } of limiters) {
        const key = keyOf(name, username, clientAddress);
        await counted(() => (name === 'pair' ? limiter.delete(key) : limiter.reward(key)));
      }
    },
    async giveBack(username, clientAddress) {
      for (const { name, limiter } of limiters) {
        // Where it cannot be given back it counts once too often, which errs on the safe side.
        await counted(() => limiter.reward(keyOf(name, username, clientAddress))).catch(() => undefined);
      }
    },
  };
}

/** @returns the refusal, if it is one @throws SessionsUnavailableError where nothing can be counted */
function counted(work: () => Promise<unknown>): Promise<RateLimiterRes | undefined> {
  const refusal = (error: unknown): RateLimiterRes => {
    if (error instanceof RateLimiterRes) return error;
    throw error;
  };
  return answerOfRedis(() => work().then(() => undefined, refusal));
}

function createLimiter(name: string, points: number, redisClient: unknown): RateLimiterAbstract {
  const rule = { keyPrefix: `longshore:sign-in:${name}`, points, duration: QUARTER_HOUR_SECONDS };
  if (redisClient === null) return new RateLimiterMemory(rule);
  return new RateLimiterRedis({ ...rule, storeClient: redisClient, useRedisPackage: true });
}
