import { fileURLToPath } from 'node:url';
import type { Server } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';

const NAMES = [
  '',
  'wasl.exchange.v1.LinkService',
  'wasl.exchange.v1.RequestService',
  'wasl.exchange.v1.AdapterService',
] as const;

/** Serves grpc.health.v1 and reflection of our contracts; says NOT_SERVING until told otherwise. */
export const addHealthAndReflection = (server: Server): ((serving: boolean) => void) => {
  const health = new HealthImplementation();
  const setServing = (serving: boolean): void => {
    for (const name of NAMES) health.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
  };
  setServing(false);
  health.addToServer(server);
  const includeDirs = [fileURLToPath(new URL('../../../proto/', import.meta.url))];
  new ReflectionService(loadSync('wasl/exchange/v1/exchange.proto', { includeDirs })).addToServer(server);
  return setServing;
};
