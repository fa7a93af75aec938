import { Router } from 'express';
import * as contract from '../../contract/operations.ts';
import { mountEndpoint } from '../../http/mount-endpoint.ts';
import { operationsAnswer, throughputAnswer } from './operations-answers.ts';
import type { OperationsMonitor } from './operations-monitor.ts';

export interface OperationsRoutesDeps {
  readonly monitor: Pick<OperationsMonitor, 'readOperations' | 'readHistory'>;
  readonly clock: { now(): Date };
}

export function operationsRoutes({ monitor, clock }: OperationsRoutesDeps): Router {
  const router = Router();
  mountEndpoint(router, contract.getOperations, async () =>
    operationsAnswer(await monitor.readOperations(), clock.now()),
  );
  mountEndpoint(router, contract.getThroughput, async () => throughputAnswer(await monitor.readHistory()));
  return router;
}
