import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  /** `route` is a pattern of the contract, never a path: names of repositories and tags are no labels. */
  readonly observeRequest: (method: string, route: string, status: number, seconds: number) => void;
  readonly countSignIn: (outcome: 'accepted' | 'refused' | 'limited') => void;
  /** A number of times, by labels with few values. */
  readonly counter: (
    name: string,
    help: string,
    labelNames: readonly string[],
  ) => (labels: Readonly<Record<string, string>>) => void;
  /** A figure that is asked for when the metrics are read. */
  readonly gauge: (name: string, help: string, read: () => number) => void;
}

/** One registry for each server, not the library's global one: tests run several in one process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'longshore_http_request_duration_seconds',
    help: 'Time until an answer was complete.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  const signIns = new Counter({
    name: 'longshore_sign_ins_total',
    help: 'Attempts to sign in.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return {
    registry,
    observeRequest: (method, route, status, seconds) =>
      requests.observe({ method, route, status: String(status) }, seconds),
    countSignIn: (outcome) => signIns.inc({ outcome }),
    counter: (name, help, labelNames) => {
      const counter = new Counter({ name, help, labelNames: [...labelNames], registers: [registry] });
      return (labels) => counter.inc({ ...labels });
    },
    gauge: (name, help, read) => {
      const gauge: Gauge = new Gauge({ name, help, registers: [registry], collect: () => gauge.set(read()) });
    },
  };
}
