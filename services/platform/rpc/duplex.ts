import type { Duplex as NodeDuplex, Readable, Writable } from 'node:stream';
import { WaslError } from '../../kernel/codes.ts';
import type { Duplex } from './face.ts';

/** Reads a stream to its end. `failed` turns an ending that is not one into what is thrown; undefined makes it a plain end. */
export async function* incoming<T>(stream: Readable, failed: (error: unknown) => Error | undefined): AsyncIterable<T> {
  try {
    for await (const message of stream) yield message as T;
  } catch (error) {
    const failure = failed(error);
    if (failure !== undefined) throw failure;
  }
}

/** Writes one message and waits while the other side reads slower than we write (HTTP/2 flow control). */
export const writer =
  <T>(stream: Writable) =>
  (message: T): Promise<void> =>
    new Promise((resolve, reject) => {
      const gone = (): void => reject(new WaslError('gateway-unreachable'));
      if (stream.destroyed || stream.writableEnded) return gone();
      if (stream.write(message)) return resolve();
      const settle = (end: () => void) => (): void => {
        stream.off('drain', onDrain);
        stream.off('close', onClose);
        end();
      };
      const onDrain = settle(resolve);
      const onClose = settle(gone);
      stream.on('drain', onDrain);
      stream.on('close', onClose);
    });

export const duplexOf = <In, Out>(
  stream: NodeDuplex,
  failed: (error: unknown) => Error | undefined,
): Duplex<In, Out> => ({
  incoming: incoming<In>(stream, failed),
  write: writer<Out>(stream),
  end: () => stream.end(),
});
