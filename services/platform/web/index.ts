// The door to fastify and prom-client: what an operator's tools read of a process, on loopback by default.
export { createMetrics, type Metrics } from './metrics.ts';
export { type OpsOptions, type OpsServer, startOpsServer } from './ops.ts';
