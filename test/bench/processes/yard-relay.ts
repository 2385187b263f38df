import type { handleBidiStreamingCall, handleUnaryCall, ServerDuplexStream } from '@grpc/grpc-js';
import { floorOf } from '../floor/raw.ts';
import { stand } from './load.ts';
import { headerOf, renamed, serveRaw } from './wire.ts';

/** A bare relay: each call goes on over the one stream that the server has opened, and its answer comes back over it. */
const [identity = '', listen = ''] = process.argv.slice(2);
const floor = floorOf('relay');
const waiting = new Map<number, (answer: Buffer) => void>();
let server: ServerDuplexStream<Buffer, Buffer> | undefined;
let last = 0;

const call: handleUnaryCall<Buffer, Buffer> = ({ request }, done) => {
  const header = headerOf(request);
  if (header.floor !== undefined) floor(header.floor);
  last = (last + 1) % 0xffffffff;
  waiting.set(last, (answer) => done(null, answer));
  server?.write(renamed(request, last));
};
const attach: handleBidiStreamingCall<Buffer, Buffer> = (stream) => {
  server = stream;
  stream.on('data', (answer: Buffer) => {
    const { id } = headerOf(answer);
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  stream.on('end', () => stream.end());
  stream.on('error', () => undefined);
};
await serveRaw(identity, listen, { call, attach });
stand();
