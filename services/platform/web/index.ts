// The door to fastify and prom-client: what an operator's tools read of a process, and JSON faces, on loopback by default.
export { type ApiCall, type ApiReply, type ApiRoute, type ApiServer, startApiServer } from './api.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { type OpsOptions, type OpsServer, startOpsServer } from './ops.ts';
export { type Language, problemOf } from './problem.ts';
export { type RestCall, type RestCaller, type RestReply, type RestRoute, startRestServer } from './rest.ts';
export { isSecret } from './secret.ts';
