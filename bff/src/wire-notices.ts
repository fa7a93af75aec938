import { noticeLimits } from './contract/notices.ts';
import { databaseNow } from './database/database-now.ts';
import { createDeliveriesStore } from './features/notices/deliveries.store.ts';
import { DeliveryRunner, type EnqueueDelivery } from './features/notices/delivery-runner.ts';
import { createEndsStore } from './features/notices/ends.store.ts';
import { createHoldsStore } from './features/notices/holds.store.ts';
import { noticesRoutes } from './features/notices/notices.routes.ts';
import { NoticesService, sealContextOf } from './features/notices/notices.service.ts';
import { createNoticesStore } from './features/notices/notices.store.ts';
import { createOutagesStore } from './features/notices/outages.store.ts';
import { createMailSender } from './features/notices/send-mail.ts';
import { createWebhookSender } from './features/notices/send-webhook.ts';
import { createWebhookAddresses, exceptionOf, refusedForWebhooks } from './features/notices/webhook-address.ts';
import { createAddressPolicy } from './features/registries/registry-address.ts';
import { createSecretSealer } from './features/registries/sealed-secret.ts';
import { heldBackCode } from './features/replication/replication.ts';
import { aboutWriting } from './features/replication/retry-policy.ts';
import { createJobQueue, type JobQueue } from './job-queue/index.ts';
import { passingCodes } from './registry-client/index.ts';
import type { FeatureParts, Foundation } from './wire-foundation.ts';

const deliveryJob = 'notice-delivery';
/** With `unexpected`: a fault of ours. */
const troubleCodes = [...passingCodes, 'unexpected'];
/** Most of them wait for somebody else's answer. */
const atOnceMax = 8;

/** Webhooks and mails about executions that ended, about outages and about what waits for a person's word. */
export function wireNotices(foundation: Foundation, userAgent: string): FeatureParts {
  const { config, database, bus, clock, logger, newId } = foundation;
  const { kysely } = database;
  const onFault = (error: unknown) => logger.error({ err: error }, 'Something went wrong behind a notice.');
  const queue = createJobQueue({ database, names: [deliveryJob], expireInSeconds: 120, onFault });
  const enqueue = enqueuerOver(queue, clock);
  const { publicUrl, port } = config.server;
  const addresses = webhookAddresses(foundation, port);
  const sealer = createSecretSealer([Buffer.from(config.secrets.encryptionKey.reveal(), 'base64')]);
  const store = createNoticesStore(kysely);
  const deliveries = createDeliveriesStore(kysely);
  const notices = new NoticesService({
    store,
    deliveries,
    addresses,
    sealer,
    enqueue,
    mailFrom: config.mail?.from ?? null,
    publicUrl,
    limit: noticeLimits.perScope,
    outageAfterMinutes: config.notices.outageAfterMinutes,
    newId,
    clock,
  });
  const runner = new DeliveryRunner({
    ...planningOf(foundation),
    deliveries,
    findNotice: store.findById,
    openSecret: ({ id, secretSealed }) => sealer.open(secretSealed ?? '', sealContextOf(id)),
    sendWebhook: createWebhookSender({ addresses, userAgent, clock }),
    sendMail: config.mail === null ? null : createMailSender(config.mail),
    enqueue,
    publicUrl,
    newId,
    clock,
    random: Math.random,
    onFault,
    // The lock on its folder proves that every older worker is dead.
    isOnlyProcess: database.kind === 'embedded',
  });
  const unsubscribe = bus.subscribe((numbered) => {
    if (numbered === null || numbered.event.name === 'execution') runner.wake();
  });
  return {
    router: noticesRoutes({ notices }),
    start: async () => {
      await queue.start();
      await queue.work<{ deliveryId: string }>(
        deliveryJob,
        ({ payload, signal }) => runner.deliver(payload.deliveryId, signal),
        { concurrency: atOnceMax },
      );
      await runner.start();
    },
    stop: async () => {
      unsubscribe();
      await runner.stop();
      await queue.stop(1000);
    },
  };
}

/** Of what is told. */
function planningOf({ config, database: { kysely } }: Foundation) {
  return {
    ends: createEndsStore(kysely),
    outages: createOutagesStore(kysely, { troubleCodes, aboutWriting }),
    holds: createHoldsStore(heldBackCode),
    outageAfterMinutes: config.notices.outageAfterMinutes,
    databaseNow,
  };
}

function enqueuerOver(queue: JobQueue, clock: Foundation['clock']): EnqueueDelivery {
  return (deliveryId, { transaction, delayMs }) => {
    const startAfter = delayMs === undefined ? undefined : new Date(clock.now().getTime() + delayMs);
    return queue.enqueue(deliveryJob, { deliveryId }, { transaction, singletonKey: deliveryId, startAfter });
  };
}

function webhookAddresses({ config: { network, server } }: Foundation, listenPort: number) {
  const policy = createAddressPolicy({
    allowedHosts: network.allowedWebhookHosts.map(exceptionOf),
    ...(network.webhooksToPrivateNetworks ? { refused: refusedForWebhooks } : {}),
  });
  return createWebhookAddresses({
    allowsAddress: (hostname, address, port) => policy.allowsAddress(hostname, address, port),
    isException: (hostname, port) => policy.names(hostname, port),
    publicUrl: server.publicUrl,
    listenPort,
  });
}
