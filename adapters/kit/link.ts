import { WaslError } from '../../services/kernel/codes.ts';
import { buildCopy, type CopyMemory, type CopyPins, type RegistryCopy } from '../../services/kernel/copy.ts';
import { mustBeOfNow } from '../../services/kernel/freshness.ts';
import type { BootId, GatewayId } from '../../services/kernel/ids.ts';
import type { Primitives } from '../../services/kernel/keys.ts';
import type { TlsIdentity } from '../../services/platform/crypto/index.ts';
import type { Logger } from '../../services/platform/log/index.ts';
import { makeRegistryReader } from '../../services/platform/registry/changes.ts';
import { connectGateway, type GatewayConnection } from '../../services/platform/rpc/client.ts';
import { CALL_MS } from '../../services/platform/rpc/tls.ts';
import type { Identity } from './identity.ts';
import { backoffMs, pause } from './pause.ts';

const ANNOUNCE_MS = 5_000;

/** Whom a link reaches now. `until` aborts when that connection ends. */
export interface Reached {
  readonly gateway: GatewayId;
  readonly boot: BootId;
  readonly until: AbortSignal;
  /** Aborts when a newer certificate's connection has taken its place: nothing new begins over this one. */
  readonly left: AbortSignal;
  /** A connection whose place a newer certificate's takes stays open until this has settled, or for as long as any call may last. */
  readonly hold: (work: Promise<unknown>) => void;
}

/**
 * One gateway as a kit sees it.
 * `connecting`: nobody is reached; attempts follow each other with backoff and jitter.
 * `reached`: the gateway has named itself and its boot, and its registry stream has given a copy that verifies.
 */
export interface Link {
  /** The newest that has reached the gateway: whoever begins a call takes it from here each time. */
  readonly connection: GatewayConnection;
  reached(): Reached | undefined;
  /** Shows another certificate: a second connection takes the place of the first once it has reached the gateway, and what was under way over the first ends there. */
  show(tls: TlsIdentity): void;
  stop(): Promise<void>;
}

export interface LinkOptions {
  readonly address: string;
  readonly identity: Pick<Identity, 'tls' | 'trustDomain'>;
  readonly primitives: Primitives;
  readonly pins: CopyPins;
  /** The kit's own, which outlives the connection: a gateway that is reached anew shows nothing older. */
  readonly memory: CopyMemory;
  readonly log: Logger;
  readonly now: () => number;
  /** Told of each verified copy; the next is looked at afterwards. */
  readonly onCopy: (copy: RegistryCopy) => Promise<void>;
  /** Told of a certificate that the gateway refuses because it was issued too early. */
  readonly onSuperseded: (tls: TlsIdentity) => void;
  /** Told when the link reaches a gateway. */
  readonly onReached: (reached: Reached) => void;
}

/** One connection of a link, by one certificate. */
interface Line {
  readonly tls: TlsIdentity;
  readonly connection: GatewayConnection;
  /** Aborts when it must end at once. */
  readonly stopping: AbortController;
  /** Aborts when another has taken its place. */
  readonly left: AbortController;
  reached: Reached | undefined;
  running: Promise<void>;
}

export const openLink = (options: LinkOptions): Link => {
  const { address, identity, primitives, pins, memory, log, now } = options;
  const lines = new Set<Line>();
  /** What was shown last, also over an earlier connection: nobody shows less than that. */
  let copy: RegistryCopy | undefined;

  const follow = async (line: Line, tell: () => void): Promise<void> => {
    const { connection, stopping, left } = line;
    const { gateway, boot } = await connection.announce({ timeoutMs: ANNOUNCE_MS });
    const ended = new AbortController();
    const until = AbortSignal.any([ended.signal, stopping.signal]);
    const holding: Promise<unknown>[] = [];
    const read = makeRegistryReader();
    try {
      for await (const message of connection.followRegistry(AbortSignal.any([until, left.signal]))) {
        const state = read(message);
        if (state === undefined) continue;
        mustBeOfNow(state.head, now());
        copy = await buildCopy(primitives, pins, state, copy, memory);
        for (const { what, code } of copy.problems) log.warn({ what, code, gateway }, 'a registry record is left out');
        await options.onCopy(copy);
        if (line.reached === undefined) {
          const reached = {
            gateway,
            boot,
            until,
            left: left.signal,
            hold: (work: Promise<unknown>) => void holding.push(work),
          };
          line.reached = reached;
          tell();
          log.info({ gateway, boot, address, registry: copy.version }, 'connected to a gateway');
          options.onReached(reached);
        }
      }
      if (left.signal.aborted && line.reached !== undefined) {
        const over = Promise.allSettled([...holding, connection.settled()]);
        // Its timer goes with it: a process that stops waits for none.
        const waited = new AbortController();
        await Promise.race([over, pause(CALL_MS, AbortSignal.any([stopping.signal, waited.signal]))]);
        waited.abort();
      }
    } finally {
      if (line.reached !== undefined && !left.signal.aborted) log.warn({ gateway, address }, 'the gateway is gone');
      line.reached = undefined;
      ended.abort();
    }
  };

  const run = async (line: Line, onReached: () => void): Promise<void> => {
    const over = AbortSignal.any([line.stopping.signal, line.left.signal]);
    let said: string | undefined;
    let attempt = 0;
    while (!over.aborted) {
      try {
        await follow(line, () => {
          // However it ends, the next one is looked for at once.
          attempt = 0;
          onReached();
        });
        said = undefined;
      } catch (error) {
        const code = error instanceof WaslError ? error.code : 'internal';
        if (code !== said) log.warn({ err: error, address }, 'no link to this gateway; trying again');
        said = code;
        if (code === 'certificate-superseded') options.onSuperseded(line.tls);
      }
      await pause(backoffMs(attempt), over);
      attempt += 1;
    }
    line.connection.close();
    lines.delete(line);
  };

  const open = (tls: TlsIdentity): Line => {
    const connection = connectGateway({ address, tls, trustDomain: identity.trustDomain });
    const [stopping, left] = [new AbortController(), new AbortController()];
    const line: Line = { tls, connection, stopping, left, reached: undefined, running: Promise.resolve() };
    lines.add(line);
    line.running = run(line, () => take(line));
    return line;
  };
  /** Whatever came before a line has done its part. */
  const take = (line: Line): void => {
    current = line;
    for (const one of lines) {
      if (one === line) break;
      one.left.abort();
    }
  };
  let current = open(identity.tls);

  return {
    get connection() {
      return current.connection;
    },
    reached: () => current.reached,
    show: (tls) => {
      const line = open(tls);
      // Nothing is lost with one that reaches nobody, and its certificate may be why.
      if (current.reached === undefined) take(line);
    },
    stop: async () => {
      for (const line of lines) line.stopping.abort();
      await Promise.all([...lines].map(({ running }) => running));
    },
  };
};
