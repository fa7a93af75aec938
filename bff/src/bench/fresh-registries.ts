import { type RealRegistry, startRealRegistry } from '../testing/real-registry.ts';

/**
 * Registries that have done their run. Their files stay to the end: ext4 passes over each inode that was freed in the last
 * minutes before it gives out a new one (`recently_deleted`), so that the run after a removal would pay for it.
 */
const ended: RealRegistry[] = [];

export async function onFreshRegistry<Result>(work: (registry: RealRegistry) => Promise<Result>): Promise<Result> {
  const registry = await startRealRegistry();
  try {
    return await work(registry);
  } finally {
    await registry.kill();
    ended.push(registry);
  }
}

/** One that has done its run, on its storage again. */
export async function onRestarted<Result>(
  registry: RealRegistry,
  work: (registry: RealRegistry) => Promise<Result>,
): Promise<Result> {
  const restarted = await registry.restart();
  try {
    return await work(restarted);
  } finally {
    await restarted.kill();
    ended.push(restarted);
  }
}

/** Empty registries under these names, until the work has ended. */
export async function onFreshRegistries<Result>(
  names: readonly string[],
  work: (registries: Readonly<Record<string, RealRegistry>>) => Promise<Result>,
): Promise<Result> {
  const registries: Record<string, RealRegistry> = {};
  try {
    for (const name of names) registries[name] = await startRealRegistry();
    return await work(registries);
  } finally {
    for (const registry of Object.values(registries)) {
      await registry.kill();
      ended.push(registry);
    }
  }
}

export async function removeEnded(): Promise<void> {
  await Promise.all(ended.splice(0).map((registry) => registry.stop()));
}
