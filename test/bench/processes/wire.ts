import { Client, type ClientOptions, Server, type ServiceDefinition } from '@grpc/grpc-js';
import { loadTls } from '../../../services/platform/crypto/index.ts';
import { clientTls, KEEPALIVE, serverTls } from '../../../services/platform/rpc/tls.ts';
import type { Shares } from '../floor/operations.ts';

/**
 * The yardsticks' wire: one unary call and one stream, of bytes as they are, over the product's own mutual TLS. A message begins with a header:
 * its id on the stream, and the shares of the floor's operations when those are to be done.
 */
const pass = (bytes: Buffer): Buffer => bytes;
const coded = {
  requestSerialize: pass,
  requestDeserialize: pass,
  responseSerialize: pass,
  responseDeserialize: pass,
};
const CALL = '/bench.Yardstick/Call';
const ATTACH = '/bench.Yardstick/Attach';
export const service: ServiceDefinition = {
  call: { path: CALL, requestStream: false, responseStream: false, ...coded },
  attach: { path: ATTACH, requestStream: true, responseStream: true, ...coded },
};

export interface Header {
  readonly id: number;
  readonly floor?: Shares;
}
const HEADER_BYTES = 13;

export const message = ({ id, floor }: Header, bytes: number): Buffer => {
  const made = Buffer.alloc(HEADER_BYTES + bytes, 'a');
  made.writeUInt8(floor?.exchange ?? 0, 0);
  made.writeUInt32BE(id, 1);
  made.writeFloatBE(floor?.commit ?? 0, 5);
  made.writeFloatBE(floor?.acknowledgement ?? 0, 9);
  return made;
};
export const headerOf = (of: Buffer): Header => ({
  id: of.readUInt32BE(1),
  ...(of.readUInt8(0) === 0
    ? {}
    : { floor: { exchange: 1, commit: of.readFloatBE(5), acknowledgement: of.readFloatBE(9) } }),
});
/** The same message under another id. */
export const renamed = (of: Buffer, id: number): Buffer => {
  const made = Buffer.from(of);
  made.writeUInt32BE(id, 1);
  return made;
};

const TRUST_DOMAIN = 'wasl.test';

export const connectRaw = async (identity: string, address: string) => {
  const options: ClientOptions = { 'grpc.ssl_target_name_override': 'gateway.wasl.internal', ...KEEPALIVE };
  const client = new Client(address, clientTls(await loadTls(identity), TRUST_DOMAIN, 'gateway'), options);
  return {
    call: (bytes: Buffer): Promise<Buffer> =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest<Buffer, Buffer>(CALL, pass, pass, bytes, (error, value) =>
          error === null && value !== undefined ? resolve(value) : reject(error),
        );
      }),
    attach: () => client.makeBidiStreamRequest<Buffer, Buffer>(ATTACH, pass, pass),
  };
};

export const serveRaw = async (
  identity: string,
  listen: string,
  handlers: Parameters<Server['addService']>[1],
): Promise<void> => {
  const server = new Server({ 'grpc.max_concurrent_streams': 2_000, ...KEEPALIVE });
  server.addService(service, handlers);
  const tls = serverTls(await loadTls(identity));
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(listen, tls, (error) => (error === null ? resolve() : reject(error)));
  });
};
