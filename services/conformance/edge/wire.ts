import type {
  AttachRequest,
  AttachResponse,
  Offer,
  UploadRequest,
  UploadResponse,
} from '../../../proto/gen/wasl/exchange/v1/exchange.ts';
import { WaslError } from '../../kernel/codes.ts';
import type { AgencyId } from '../../kernel/ids.ts';
import { MAX_DOCUMENT_BYTES } from '../../kernel/jwe.ts';
import type { RegistryHolder } from '../../platform/registry/holder.ts';
import type { Caller, Duplex, ExchangeHandlers } from '../../platform/rpc/index.ts';
import type { Reply } from './opened.ts';

/** One stream of an adapter, from its hello to its end. */
export interface Attached {
  readonly documentTypes: readonly string[];
  readonly replica: string;
  credits(): number;
  alive(): boolean;
  /** Resolves when the stream has ended. */
  readonly gone: Promise<void>;
  send(message: NonNullable<AttachResponse['message']>): Promise<void>;
  end(): void;
}

/** The streams of all adapters that dialled this gateway, and what came over them. */
export interface Wire {
  readonly handlers: ExchangeHandlers;
  /** A live stream of the agency, other than `except`; undefined when none comes within the time. */
  attached(agency: AgencyId, withinMs: number, except?: Attached): Promise<Attached | undefined>;
  /** Offers, and waits for the answer; undefined for silence. */
  offer(of: {
    readonly to: Attached;
    readonly agency: AgencyId;
    readonly offer: Offer;
    readonly withinMs: number;
  }): Promise<Reply | undefined>;
}

const MAX_SEALED_BYTES = 2 * MAX_DOCUMENT_BYTES;

export const makeWire = (of: {
  readonly gateway: string;
  readonly boot: string;
  readonly registry: Pick<RegistryHolder, 'stream'>;
}): Wire => {
  const { gateway, boot, registry } = of;
  const streams = new Map<AgencyId, Set<Attached>>();
  const waiting = new Map<string, (reply: Reply) => void>();
  const arrivals = new Set<() => void>();
  const keyOf = (agency: AgencyId, requestId: string): string => `${agency} ${requestId}`;
  const agencyOf = ({ peer }: Caller): AgencyId => {
    if (peer.kind !== 'agency') throw new WaslError('identity-mismatch', { agency: peer.id });
    return peer.id;
  };
  const answered = (agency: AgencyId, requestId: string, statement: string, sealed: Uint8Array): void =>
    waiting.get(keyOf(agency, requestId))?.({ statement, sealed, atMs: Date.now() });

  const attach = async (stream: Duplex<AttachRequest, AttachResponse>, caller: Caller): Promise<void> => {
    const agency = agencyOf(caller);
    const messages = stream.incoming[Symbol.asyncIterator]();
    const first = await messages.next();
    const greeting = first.done === true ? undefined : first.value.message;
    if (greeting?.$case !== 'hello') throw new WaslError('malformed-message', { what: 'attach.hello' });
    let { credits } = greeting.value;
    let alive = true;
    let over = (): void => undefined;
    const gone = new Promise<void>((resolve) => {
      over = resolve;
    });
    const attached: Attached = {
      documentTypes: greeting.value.documentTypes,
      replica: greeting.value.replica.slice(0, 64),
      credits: () => credits,
      alive: () => alive,
      gone,
      send: (message) => stream.write({ message }),
      end: () => stream.end(),
    };
    const own = streams.get(agency) ?? new Set();
    streams.set(agency, own.add(attached));
    try {
      await stream.write({ message: { $case: 'welcome', value: { gateway, boot } } });
      for (const tell of [...arrivals]) tell();
      for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
        const { message } = next.value;
        if (message?.$case === 'credit') credits = message.value.credits;
        else if (message?.$case === 'answer') {
          const { requestId, statement, sealedDocument } = message.value;
          answered(agency, requestId, statement, sealedDocument);
        }
      }
    } finally {
      alive = false;
      own.delete(attached);
      over();
    }
  };

  const upload = async (incoming: AsyncIterable<UploadRequest>, caller: Caller): Promise<UploadResponse> => {
    const agency = agencyOf(caller);
    const malformed = (): WaslError => new WaslError('malformed-message', { what: 'upload' });
    const chunks: Uint8Array[] = [];
    let start: { readonly requestId: string; readonly statement: string; readonly sealedBytes: number } | undefined;
    let size = 0;
    for await (const { message } of incoming) {
      if (message?.$case === 'start' && start === undefined) start = message.value;
      else if (message?.$case === 'chunk' && start !== undefined) {
        chunks.push(message.value);
        size += message.value.length;
      } else throw malformed();
      if (start.sealedBytes > MAX_SEALED_BYTES || size > start.sealedBytes) throw malformed();
    }
    if (start === undefined || size !== start.sealedBytes) throw malformed();
    answered(agency, start.requestId, start.statement, Buffer.concat(chunks));
    return {};
  };

  return {
    handlers: {
      announce: async (_, caller) => {
        agencyOf(caller);
        return { gateway, boot, timeMs: BigInt(Date.now()) };
      },
      followRegistry: (_, caller, write) => registry.stream(agencyOf(caller), caller.signal, write),
      // Nobody asks here: a kit that has this gateway among its own goes on to the next.
      request: () => Promise.reject(new WaslError('gateway-draining')),
      acknowledge: () => Promise.reject(new WaslError('gateway-draining')),
      attach,
      upload,
    },
    attached: (agency, withinMs, except) =>
      new Promise((resolve) => {
        const found = (): Attached | undefined =>
          [...(streams.get(agency) ?? [])].find((one) => one !== except && one.alive());
        const settle = (one: Attached | undefined): void => {
          clearTimeout(patience);
          arrivals.delete(look);
          resolve(one);
        };
        const look = (): void => {
          const one = found();
          if (one !== undefined) settle(one);
        };
        const patience = setTimeout(() => settle(undefined), withinMs);
        // Who does not wait any more is not held by it.
        patience.unref();
        arrivals.add(look);
        look();
      }),
    offer: ({ to, agency, offer, withinMs }) =>
      new Promise((resolve) => {
        const key = keyOf(agency, offer.requestId);
        const settle = (reply: Reply | undefined): void => {
          clearTimeout(patience);
          waiting.delete(key);
          resolve(reply);
        };
        const patience = setTimeout(() => settle(undefined), withinMs);
        waiting.set(key, settle);
        to.send({ $case: 'offer', value: offer }).catch(() => settle(undefined));
        void to.gone.then(() => settle(undefined));
      }),
  };
};
