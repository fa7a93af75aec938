import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { Environment, Id, Instant, ProjectName } from './words.ts';

export const accessTokenActions = ['artifact.pull', 'artifact.push', 'artifact.delete'] as const;

const scope = {
  /** Never more than the person's own rights at the moment of use. */
  actions: z.array(z.enum(accessTokenActions)).check(z.minLength(1), z.maxLength(accessTokenActions.length)),
  /** Null: all of the person's projects. */
  projects: z.nullable(z.array(ProjectName).check(z.minLength(1), z.maxLength(100))),
  environments: z.nullable(z.array(Environment).check(z.minLength(1), z.maxLength(50))),
};

export const AccessToken = z
  .object({
    id: Id,
    name: z.string(),
    ...scope,
    createdAt: Instant,
    expiresAt: Instant,
    lastUsedAt: z.nullable(Instant),
    lastUsedFrom: z.nullable(z.string()),
  })
  .register(z.globalRegistry, { id: 'AccessToken' });
export type AccessToken = z.infer<typeof AccessToken>;

export const listAccessTokens = endpoint({
  method: 'GET',
  path: '/access-tokens',
  summary: 'The own access tokens; never their secrets',
  permission: 'signed-in',
  response: z.object({ items: z.array(AccessToken) }),
  errors: [],
});
export const createAccessToken = endpoint({
  method: 'POST',
  path: '/access-tokens',
  summary: 'Make a token for docker login with the own username; its secret is in this answer only',
  permission: 'signed-in',
  body: z.strictObject({
    name: z.string().check(z.trim(), z.minLength(1), z.maxLength(100)),
    ...scope,
    expiresInDays: z.int().check(z.minimum(1), z.maximum(366)),
  }),
  response: z.extend(AccessToken, { secret: z.string() }),
  status: 201,
  errors: ['name-taken'],
});
export const deleteAccessToken = endpoint({
  method: 'DELETE',
  path: '/access-tokens/:accessTokenId',
  summary: 'Revoke an own token at once',
  permission: 'signed-in',
  params: z.strictObject({ accessTokenId: Id }),
  response: null,
  errors: ['access-token-not-found'],
});

export const accessTokenEndpoints = { listAccessTokens, createAccessToken, deleteAccessToken };
