import { RequestResponse } from '../../proto/gen/wasl/exchange/v1/exchange.ts';
import {
  type Authority,
  createAuthority,
  issueCertificate,
  type TlsIdentity,
} from '../../services/platform/crypto/index.ts';
import { silentLogger } from '../../services/platform/log/index.ts';
import {
  connectGateway,
  type ExchangeHandlers,
  type GatewayConnection,
  type RpcServer,
  startRpcServer,
} from '../../services/platform/rpc/index.ts';

export const TRUST_DOMAIN = 'wasl.test';
export const BOOT = '0190b0a0-0000-7000-8000-000000000001';

/** Certificates of one authority, and servers and connections over real mutual TLS on loopback. */
export interface Loopback {
  readonly authority: Authority;
  /** An identity under `spiffe://wasl.test/`, e.g. `agency/transport`. */
  identity(path: string, of?: { readonly authority?: Authority; readonly notAfter?: Date }): Promise<TlsIdentity>;
  serve(
    handlers?: Partial<ExchangeHandlers>,
    of?: { readonly tls?: TlsIdentity; readonly listen?: string; readonly refused?: string[] },
  ): Promise<RpcServer>;
  connect(address: string, tls?: TlsIdentity): Promise<GatewayConnection>;
  stop(): Promise<void>;
}

export const answer = (statement: string): RequestResponse =>
  RequestResponse.fromPartial({ result: { $case: 'answer', value: { statement } } });

const HANDLERS: ExchangeHandlers = {
  announce: async () => ({ gateway: 'gw-1', boot: BOOT, timeMs: 1_700_000_000_000n }),
  followRegistry: async () => undefined,
  request: async ({ statement }) => answer(statement),
  acknowledge: async () => ({ receipt: '{}' }),
  attach: async () => undefined,
  upload: async () => ({}),
};

export const openLoopback = async (): Promise<Loopback> => {
  const authority = await createAuthority({ commonName: 'test authority' });
  const opened: (() => unknown)[] = [];
  const identity: Loopback['identity'] = async (path, of = {}) => {
    const { authority: issuer = authority, ...rest } = of;
    const pair = await issueCertificate({ ...issuer, ...rest, spiffeId: `spiffe://${TRUST_DOMAIN}/${path}` });
    return { ca: authority.caCert, ...pair };
  };
  const gateway = await identity('gateway/gw-1');
  const agency = await identity('agency/transport');
  return {
    authority,
    identity,
    serve: async (handlers = {}, of = {}) => {
      const server = await startRpcServer({
        listen: of.listen ?? '127.0.0.1:0',
        tls: of.tls ?? gateway,
        trustDomain: TRUST_DOMAIN,
        handlers: { ...HANDLERS, ...handlers },
        log: silentLogger,
        onUnauthenticated: (reason) => of.refused?.push(reason),
      });
      opened.push(() => server.stop(0));
      return server;
    },
    connect: async (address, tls = agency) => {
      const connection = connectGateway({ address, tls, trustDomain: TRUST_DOMAIN });
      opened.push(() => connection.close());
      return connection;
    },
    stop: async () => {
      for (const close of opened.reverse()) await close();
    },
  };
};
