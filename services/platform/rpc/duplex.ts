import type { Duplex as NodeDuplex, Readable, Writable } from 'node:stream';
import { WaslError } from '../../kernel/codes.ts';
import type { Duplex } from './face.ts';

/** What an ending that is not a plain one is thrown as; undefined makes it a plain end. */
export type Failed = (error: unknown) => Error | undefined;
/** A stream of the library; only a caller's side can `cancel`. */
type Incoming = Readable & { cancel?(): void };

/** Reads a stream to its end. Whoever leaves the loop early cancels the call. */
export const incoming = <T>(stream: Incoming, failed: Failed): AsyncIterable<T> => {
  // The library emits an error once. One that comes before the first read must neither be lost nor end the process.
  let broke: unknown;
  stream.on('error', (error) => {
    broke ??= error;
  });
  const read = async function* (): AsyncGenerator<T> {
    try {
      // A plain loop would destroy the stream at its end, and with it the half that is still written.
      for await (const message of stream.iterator({ destroyOnReturn: false })) yield message as T;
    } catch (error) {
      broke ??= error;
    } finally {
      stream.cancel?.();
    }
    const failure = broke === undefined ? undefined : failed(broke);
    if (failure !== undefined) throw failure;
  };
  return read();
};

/** Writes one message and waits while the other side reads slower than we write (HTTP/2 flow control). */
export const writer = <T>(stream: Writable): ((message: T) => Promise<void>) => {
  // One listener of each kind, whatever the number of messages that wait.
  const waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  const gone = (): WaslError => new WaslError('gateway-unreachable');
  let ended = false;
  const end = (): void => {
    ended = true;
    for (const { reject } of waiting.splice(0)) reject(gone());
  };
  // A caller's stream ends by `status`, a server's by `cancelled`; neither need be `close`d for that.
  for (const event of ['close', 'error', 'status', 'cancelled']) stream.on(event, end);
  stream.on('drain', () => {
    for (const { resolve } of waiting.splice(0)) resolve();
  });
  return (message) => {
    if (ended || stream.destroyed || stream.writableEnded) return Promise.reject(gone());
    if (stream.write(message)) return Promise.resolve();
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };
};

export const duplexOf = <In, Out>(stream: NodeDuplex & { cancel?(): void }, failed: Failed): Duplex<In, Out> => ({
  incoming: incoming<In>(stream, failed),
  write: writer<Out>(stream),
  end: () => stream.end(),
});
