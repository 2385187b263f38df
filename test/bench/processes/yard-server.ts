import type { handleUnaryCall } from '@grpc/grpc-js';
import { floorOf } from '../floor/raw.ts';
import { stand } from './load.ts';
import { connectRaw, headerOf, serveRaw } from './wire.ts';

/** Answers a call with its own bytes: called directly, or over the stream that it keeps open to the relay. */
const [direct = '', listen = '', identity = '', relay = ''] = process.argv.slice(2);
const floor = floorOf('server');
const call: handleUnaryCall<Buffer, Buffer> = ({ request }, done) => done(null, request);
await serveRaw(direct, listen, { call, attach: () => undefined });

const stream = (await connectRaw(identity, relay)).attach();
stream.on('data', (request: Buffer) => {
  const header = headerOf(request);
  if (header.floor !== undefined) floor(header.floor);
  stream.write(request);
});
stream.on('error', () => process.exit(1));
stand();
