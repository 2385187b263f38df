import type { Duplex as NodeDuplex } from 'node:stream';
import type { handleBidiStreamingCall, Server, ServiceError } from '@grpc/grpc-js';
import {
  ConformanceServiceClient,
  ConformanceServiceService,
  type RunRequest,
  type RunResponse,
} from '../../../proto/gen/wasl/conformance/v1/conformance.ts';
import type { TlsIdentity } from '../crypto/index.ts';
import type { makeCalls, Surface } from './calls.ts';
import { duplexOf } from './duplex.ts';
import { fromStatus } from './errors.ts';
import type { Caller, Duplex } from './face.ts';
import { clientTls, KEEPALIVE } from './tls.ts';

/** What the gateway `conformance` does beside taking adapters. A thrown WaslError reaches the caller as its code. */
export interface ConformanceHandlers {
  run(stream: Duplex<RunRequest, RunResponse>, caller: Caller): Promise<void>;
}

export const addConformance = (
  server: Server,
  { run }: ConformanceHandlers,
  { withCaller, failed }: ReturnType<typeof makeCalls>,
): void => {
  const handle: handleBidiStreamingCall<never, never> = (call) => {
    // Who has gone wants no more of it.
    const stream = duplexOf<RunRequest, RunResponse>(call as unknown as NodeDuplex, () => undefined);
    withCaller(call as unknown as Surface, (caller) => run(stream, caller)).then(
      () => call.end(),
      (error: unknown) => call.emit('error', failed(error)),
    );
  };
  server.addService(ConformanceServiceService, { run: handle });
};

export interface ConformanceConnection {
  /** One run. What is read throws a WaslError when the run ends otherwise than with a report. */
  run(): Duplex<RunResponse, RunRequest>;
  close(): void;
}

/** Connects to the gateway `conformance` at host:port. As server only a gateway of the trust domain is accepted. */
export function connectConformance(of: {
  readonly address: string;
  readonly tls: TlsIdentity;
  readonly trustDomain: string;
}): ConformanceConnection {
  const { address } = of;
  const client = new ConformanceServiceClient(address, clientTls(of.tls, of.trustDomain, 'gateway'), {
    'grpc.ssl_target_name_override': 'gateway.wasl.internal',
    'grpc.enable_retries': 0,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.service_config_disable_resolution': 1,
    'grpc.enable_http_proxy': 0,
    ...KEEPALIVE,
  });
  return {
    run: () => duplexOf(client.run() as unknown as NodeDuplex, (error) => fromStatus(error as ServiceError, address)),
    close: () => client.close(),
  };
}
