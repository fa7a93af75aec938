import { afterEach, expect, test, vi } from 'vitest';
import { createPolicy } from '../../contract/policies.ts';
import { createPromotion, getPromotion, previewPromotion, undoPromotion } from '../../contract/promotions.ts';
import { scanRegistry } from '../../contract/registries.ts';
import { type RealRegistry, startRealRegistry } from '../../testing/real-registry.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import { contentOf } from '../policies/testing/policy-content.ts';
import { clientOf, pushImage } from '../replication/testing/test-images.ts';
import { until } from '../replication/testing/waiting.ts';

// Whole registries and, on a busy machine, their time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let bff: TestBff | undefined;
const registries: RealRegistry[] = [];
afterEach(async () => {
  await bff?.close();
  bff = undefined;
  await Promise.all(registries.splice(0).map((registry) => registry.stop()));
});

const repository = 'payments/api';
const tag = '1.0';

test.each(databaseKinds)(
  'an undo says beforehand that a policy brings the promoted one again (%s)',
  async (database) => {
    const [development, testing] = [await startRealRegistry(), await startRealRegistry()];
    registries.push(development, testing);
    bff = await startBff({
      database,
      registries: [
        { id: 'development', environment: 'development', endpointUrls: [development.url] },
        { id: 'testing', environment: 'testing', endpointUrls: [testing.url] },
      ],
    });
    const api = await bff.signIn();
    const source = clientOf(development);
    const promoted = async (size: number) => {
      const { digest } = await pushImage(source, repository, tag, { layerSizes: [size] });
      const { id } = await api.call(createPromotion, {
        body: { registryId: 'development', repository, tag, digest, environment: 'testing' },
      });
      await until('a promotion that is done', async () => {
        const { state } = await api.call(getPromotion, { params: { promotionId: id } });
        return state === 'done' ? true : undefined;
      });
      return id;
    };
    await promoted(1000);
    const id = await promoted(2000);
    await source.close();
    await until('a promotion that can be undone', async () =>
      (await api.call(getPromotion, { params: { promotionId: id } })).isUndoable ? true : undefined,
    );
    const cautions = async (client = api) => {
      const preview = await client.call(previewPromotion, { params: { promotionId: id } });
      return preview.cautions.map(({ code, params }) => ({ code, ...params }));
    };
    expect(await cautions()).toEqual([]);

    const content = contentOf('development', ['testing']);
    await api.call(createPolicy, { body: { name: 'dev to testing', project: null, isEnabled: true, content } });
    const named = { code: 'setting-undone', policy: 'dev to testing', source: 'development', registry: 'testing', tag };
    // The source's tag counts once the catalog has seen it.
    await api.call(scanRegistry, { params: { registryId: 'development' } });
    const told = await until('a caution', async () => {
      const found = await cautions();
      return found.length > 0 ? found : undefined;
    });
    expect(told).toEqual([{ ...named, scanned: 'development' }]);
    // It says so, and leaves it to the person.
    await api.call(undoPromotion, { params: { promotionId: id }, body: {} });
  },
);
