import { Router } from 'express';
import type { AnswerInput } from '../../contract/endpoint.ts';
import * as contract from '../../contract/settings.ts';
import { ApiError } from '../../http/api-error.ts';
import { changesBetween } from '../../http/audit-notes.ts';
import { mountEndpoint } from '../../http/mount-endpoint.ts';
import type { SettingsStore, StoredSettings } from './settings.store.ts';

export interface SettingsRoutesDeps {
  readonly store: SettingsStore;
  readonly announceAccess: () => void;
}

export function settingsRoutes({ store, announceAccess }: SettingsRoutesDeps): Router {
  const router = Router();
  mountEndpoint(router, contract.getSettings, async () => answerOf(await store.get()));
  mountEndpoint(router, contract.updateSettings, async ({ body: { version, allowsAnonymous } }, { audit }) => {
    audit.note({ target: 'settings' });
    const before = await store.get();
    const after = before.version === version ? await store.update(version, { allowsAnonymous }) : undefined;
    if (after === undefined) {
      const detail = 'Someone else changed the settings in the meantime. Look at the new values, then save again.';
      throw new ApiError('version-conflict', detail);
    }
    audit.note(changesBetween(wordsOf(before), wordsOf(after)));
    announceAccess();
    return answerOf(after);
  });
  return router;
}

function wordsOf({ allowsAnonymous }: StoredSettings) {
  return { allowsAnonymous };
}

function answerOf({ allowsAnonymous, version, updatedAt }: StoredSettings): AnswerInput<typeof contract.getSettings> {
  return { allowsAnonymous, version, updatedAt: updatedAt?.toISOString() ?? null };
}
