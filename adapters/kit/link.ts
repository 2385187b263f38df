import { setTimeout as wait } from 'node:timers/promises';
import { WaslError } from '../../services/kernel/codes.ts';
import {
  buildCopy,
  type CopyMemory,
  type CopyPins,
  type HeldRecord,
  holdRecord,
  type RegistryCopy,
} from '../../services/kernel/copy.ts';
import type { BootId, GatewayId } from '../../services/kernel/ids.ts';
import type { Primitives } from '../../services/kernel/keys.ts';
import type { Logger } from '../../services/platform/log/index.ts';
import { connectGateway, type GatewayConnection } from '../../services/platform/rpc/client.ts';
import type { Identity } from './identity.ts';

const ANNOUNCE_MS = 5_000;
const BACKOFF_MS = { least: 100, most: 5_000 };

/** Whom a link reaches now. `until` aborts when that connection ends. */
export interface Reached {
  readonly gateway: GatewayId;
  readonly boot: BootId;
  readonly until: AbortSignal;
}

/**
 * One gateway as a kit sees it.
 * `connecting`: nobody is reached; attempts follow each other with backoff and jitter.
 * `reached`: the gateway has named itself and its boot, and its registry stream has given a copy that verifies.
 */
export interface Link {
  readonly connection: GatewayConnection;
  reached(): Reached | undefined;
  stop(): Promise<void>;
}

export interface LinkOptions {
  readonly address: string;
  readonly identity: Identity;
  readonly primitives: Primitives;
  readonly pins: CopyPins;
  /** The kit's own, which outlives the connection: a gateway that is reached anew shows nothing older. */
  readonly memory: CopyMemory;
  readonly log: Logger;
  /** Told of each verified copy. */
  readonly onCopy: (copy: RegistryCopy) => void;
  /** Told when the link reaches a gateway. */
  readonly onReached: (reached: Reached) => void;
}

/** Delay before attempt `n` (from 0): doubling, with full jitter on its upper half. */
export const backoffMs = (attempt: number): number =>
  Math.min(BACKOFF_MS.least * 2 ** Math.min(attempt, 10), BACKOFF_MS.most) * (0.5 + Math.random() / 2);

export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  wait(ms, undefined, { signal }).catch(() => undefined);

export const openLink = (options: LinkOptions): Link => {
  const { address, identity, primitives, pins, memory, log } = options;
  const connection = connectGateway({ address, tls: identity.tls, trustDomain: identity.trustDomain });
  const stopping = new AbortController();
  let reached: Reached | undefined;
  /** What was shown last, also over an earlier connection: nobody shows less than that. */
  let copy: RegistryCopy | undefined;
  let attempt = 0;

  const once = async (): Promise<void> => {
    const { gateway, boot } = await connection.announce({ timeoutMs: ANNOUNCE_MS });
    const ended = new AbortController();
    const until = AbortSignal.any([ended.signal, stopping.signal]);
    const held = new Map<string, HeldRecord>();
    try {
      for await (const message of connection.followRegistry(until)) {
        for (const record of message.records.map(holdRecord)) held.set(record.digest, record);
        const listed = new Set(message.digests);
        for (const digest of held.keys()) if (!listed.has(digest)) held.delete(digest);
        const state = { records: [...held.values()], head: message.head, digests: message.digests };
        copy = await buildCopy(primitives, pins, state, copy, memory);
        for (const { what, code } of copy.problems) log.warn({ what, code, gateway }, 'a registry record is left out');
        options.onCopy(copy);
        if (reached === undefined) {
          reached = { gateway, boot, until };
          // However it ends, the next one is looked for at once.
          attempt = 0;
          log.info({ gateway, boot, address, registry: copy.version }, 'connected to a gateway');
          options.onReached(reached);
        }
      }
    } finally {
      if (reached !== undefined) log.warn({ gateway, address }, 'the gateway is gone');
      reached = undefined;
      ended.abort();
    }
  };

  const run = async (): Promise<void> => {
    let said: string | undefined;
    while (!stopping.signal.aborted) {
      try {
        await once();
        said = undefined;
      } catch (error) {
        const code = error instanceof WaslError ? error.code : 'internal';
        if (code !== said) log.warn({ err: error, address }, 'no link to this gateway; trying again');
        said = code;
      }
      await pause(backoffMs(attempt), stopping.signal);
      attempt += 1;
    }
  };
  const running = run();
  return {
    connection,
    reached: () => reached,
    stop: async () => {
      stopping.abort();
      await running;
      connection.close();
    },
  };
};
