import type { MaintenancePlan } from './registry.ts';
import { RegistryFieldError } from './registry-errors.ts';

export type { MaintenancePlan } from './registry.ts';

/** A forgotten one ends by itself. */
const longestMs = 24 * 60 * 60 * 1000;
const lookEveryMs = 2000;

/** @throws RegistryFieldError */
export function checkMaintenance({ until }: MaintenancePlan, now: Date): void {
  const aheadMs = until.getTime() - now.getTime();
  if (aheadMs <= 0) throw new RegistryFieldError('until', 'Choose a time that is still to come.');
  if (aheadMs > longestMs) {
    throw new RegistryFieldError('until', 'Choose a time at most 24 hours ahead; it can be made longer later.');
  }
}

export interface MaintenanceWatch {
  start(): void;
  stop(): Promise<void>;
}

/** From its end on a registry takes writes whoever looks; this is so that pages and other instances notice. */
export function createMaintenanceWatch(deps: {
  readonly endDue: () => Promise<string[]>;
  readonly onOver: (registryId: string) => Promise<void>;
  readonly onFault: (error: unknown) => void;
}): MaintenanceWatch {
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  const look = async () => {
    for (const registryId of await deps.endDue()) await deps.onOver(registryId);
  };
  return {
    start() {
      timer ??= setInterval(() => {
        looking ??= look()
          .catch(deps.onFault)
          .finally(() => {
            looking = undefined;
          });
      }, lookEveryMs).unref();
    },
    async stop() {
      clearInterval(timer);
      await looking;
    },
  };
}
