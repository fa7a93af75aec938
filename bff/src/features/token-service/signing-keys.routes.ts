import { Router } from 'express';
import { listSigningKeys, rotateSigningKey } from '../../contract/settings.ts';
import { mountEndpoint } from '../../http/mount-endpoint.ts';
import type { TokenService } from './token-service.service.ts';

export interface SigningKeysRoutesDeps {
  readonly tokens: TokenService;
  /** Other instances then sign with the new key. */
  readonly announceAccess: () => void;
}

export function signingKeysRoutes({ tokens, announceAccess }: SigningKeysRoutesDeps): Router {
  const router = Router();
  const list = async () => ({
    items: (await tokens.listKeys()).map(({ keyId, createdAt, retiresAt, certificatePem }) => ({
      keyId,
      state: retiresAt === null ? ('current' as const) : ('previous' as const),
      createdAt: createdAt.toISOString(),
      retiresAt: retiresAt?.toISOString() ?? null,
      certificatePem,
    })),
  });
  mountEndpoint(router, listSigningKeys, list);
  mountEndpoint(router, rotateSigningKey, async (_input, { audit }) => {
    const [before] = await tokens.listKeys();
    await tokens.rotateKey();
    announceAccess();
    const answer = await list();
    audit.note({ before: { keyId: before?.keyId }, after: { keyId: answer.items[0]?.keyId } });
    return answer;
  });
  return router;
}
