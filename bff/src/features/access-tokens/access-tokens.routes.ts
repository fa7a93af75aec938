import { Router } from 'express';
import * as contract from '../../contract/access-tokens.ts';
import type { Answer } from '../../contract/endpoint.ts';
import { ApiError } from '../../http/api-error.ts';
import { mountEndpoint, type RequestContext } from '../../http/mount-endpoint.ts';
import {
  AccessTokenNameTakenError,
  AccessTokenNotFoundError,
  type AccessTokensService,
  TooManyAccessTokensError,
} from './access-tokens.service.ts';
import type { StoredAccessToken } from './access-tokens.store.ts';

export function accessTokensRoutes(tokens: AccessTokensService): Router {
  const router = Router();
  mountEndpoint(router, contract.listAccessTokens, async (_input, context) => ({
    items: (await tokens.list(ownerOf(context))).map(answerOf),
  }));

  mountEndpoint(router, contract.createAccessToken, async ({ body }, context) => {
    const { name, expiresInDays } = body;
    const ceiling = {
      actions: [...new Set(body.actions)],
      projects: body.projects && [...new Set(body.projects)],
      environments: body.environments && [...new Set(body.environments)],
    };
    context.audit.note({ target: `access token ${name}` });
    const { token, secret } = await mapped(() => tokens.create(ownerOf(context), { name, ceiling, expiresInDays }));
    const answer = answerOf(token);
    const { actions, projects, environments, expiresAt } = answer;
    context.audit.note({ after: { name, actions, projects, environments, expiresAt } });
    return { ...answer, secret };
  });

  mountEndpoint(router, contract.deleteAccessToken, async ({ params }, context) => {
    const name = await mapped(() => tokens.remove(ownerOf(context), params.accessTokenId));
    context.audit.note({ target: `access token ${name}` });
  });
  return router;
}

function ownerOf({ account }: RequestContext): string {
  if (account === null) throw new ApiError('not-signed-in', 'Sign in first: nobody is signed in here.');
  return account.id;
}

function answerOf({ ceiling, createdAt, expiresAt, lastUsedAt, ...token }: StoredAccessToken) {
  return {
    ...token,
    actions: ceiling.actions.filter(isTokenAction),
    projects: ceiling.projects && [...ceiling.projects],
    environments: ceiling.environments && [...ceiling.environments],
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}

type TokenAction = Answer<typeof contract.createAccessToken>['actions'][number];

function isTokenAction(action: string): action is TokenAction {
  return (contract.accessTokenActions as readonly string[]).includes(action);
}

async function mapped<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AccessTokenNameTakenError) throw new ApiError('name-taken', error.message);
    if (error instanceof TooManyAccessTokensError) throw new ApiError('request-invalid', error.message);
    if (error instanceof AccessTokenNotFoundError) throw new ApiError('access-token-not-found', error.message);
    throw error;
  }
}
