import { WaslError } from '../../services/kernel/codes.ts';
import { type CopyPins, newCopyMemory, type RegistryCopy } from '../../services/kernel/copy.ts';
import { REGISTRY_FRESH_MS } from '../../services/kernel/freshness.ts';
import { type Primitives, type Thumbprint, thumbprint } from '../../services/kernel/keys.ts';
import type { TlsIdentity } from '../../services/platform/crypto/index.ts';
import type { Logger } from '../../services/platform/log/index.ts';
import type { Identity } from './identity.ts';
import { type Link, openLink, type Reached } from './link.ts';

/** An older copy still decides, and the log says so, ms. */
const BEHIND_MS = 60_000;

export interface Connected {
  readonly link: Link;
  readonly reached: Reached;
}

/** All gateways of an agency, and the newest registry copy that any of them gave. */
export interface Links {
  readonly all: readonly Link[];
  /** The newest verified copy; throws `registry-unavailable` or `registry-stale`. */
  copy(): RegistryCopy;
  newestCopy(): RegistryCopy | undefined;
  /** A connected gateway, each in its turn; waits at most `withinMs` for one, then `gateway-unreachable`. */
  pick(withinMs: number, except?: ReadonlySet<Link>): Promise<Connected>;
  /** Calls back for each connection, now and later. */
  onReached(tell: (link: Link, reached: Reached) => void): void;
  /** Shows another certificate to all of them; see `Link`. */
  show(tls: TlsIdentity): void;
  stop(): Promise<void>;
}

export const openLinks = (of: {
  readonly gateways: readonly string[];
  readonly identity: Identity;
  readonly primitives: Primitives;
  readonly log: Logger;
  readonly now: () => number;
  /** Told of each verified copy, of whatever gateway. */
  readonly onCopy: (copy: RegistryCopy) => void;
  /** Told once the registry names another signing key of this agency. */
  readonly onKeys: () => void;
  /** Told of a certificate that a gateway refuses because it was issued too early. */
  readonly onSuperseded: (tls: TlsIdentity) => void;
  /** Why nobody can be reached, where this side knows. */
  readonly expired: () => WaslError | undefined;
}): Links => {
  const { identity, primitives, log, now } = of;
  const pins: CopyPins = {
    ...identity.pins,
    own: { agency: identity.agency, recovery: identity.recovery },
  };
  const memory = newCopyMemory(primitives);
  let newest: RegistryCopy | undefined;
  let turn = 0;
  let behind = false;
  let followed: Thumbprint | undefined;
  const listeners: ((link: Link, reached: Reached) => void)[] = [];
  const waiting = new Set<() => void>();
  const all: Link[] = of.gateways.map((address) => {
    const link: Link = openLink({
      address,
      identity,
      primitives,
      pins,
      memory,
      log,
      now,
      // Two gateways may be a head apart: the newest counts, whoever brought it.
      onCopy: async (copy) => {
        of.onCopy(copy);
        const named = copy.agency(identity.agency)?.keys;
        if (named !== undefined && copy.timeMs >= (newest?.timeMs ?? 0)) {
          await identity.keys
            .follow(named)
            .catch((error: unknown) => log.error({ err: error }, 'the keys in the identity’s folder cannot be read'));
          const before = followed;
          followed = thumbprint(named.signing);
          if (before !== undefined && before !== followed) of.onKeys();
        }
        const { version = 0, timeMs = 0 } = newest ?? {};
        if (copy.version > version || (copy.version === version && copy.timeMs >= timeMs)) newest = copy;
        else if (copy.version < version && copy.timeMs > timeMs) {
          log.error({ address, code: 'registry-rollback' }, 'a later head speaks for an older state; it is not taken');
        }
      },
      onSuperseded: of.onSuperseded,
      onReached: (reached) => {
        for (const tell of listeners) tell(link, reached);
        for (const wake of [...waiting]) wake();
      },
    });
    return link;
  });

  const connected = (except?: ReadonlySet<Link>): Connected | undefined => {
    for (let step = 0; step < all.length; step += 1) {
      const link = all[(turn + step) % all.length];
      const reached = link?.reached();
      if (link === undefined || reached === undefined || except?.has(link) === true) continue;
      turn = (turn + step + 1) % all.length;
      return { link, reached };
    }
    return undefined;
  };
  const change = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      waiting.add(done);
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });

  return {
    all,
    newestCopy: () => newest,
    copy: () => {
      if (newest === undefined) throw new WaslError('registry-unavailable');
      const ageMs = now() - newest.timeMs;
      if (ageMs > REGISTRY_FRESH_MS) throw new WaslError('registry-stale');
      if (ageMs > BEHIND_MS !== behind) {
        behind = !behind;
        if (behind) log.warn({ ageMs }, 'the registry copy is more than a minute behind; requests go on with it');
      }
      return newest;
    },
    pick: async (withinMs, except) => {
      let signal: AbortSignal | undefined;
      for (;;) {
        const found = connected(except);
        if (found !== undefined) return found;
        signal ??= AbortSignal.timeout(Math.max(1, withinMs));
        if (signal.aborted) throw of.expired() ?? new WaslError('gateway-unreachable');
        await change(signal);
      }
    },
    onReached: (tell) => {
      listeners.push(tell);
      for (const link of all) {
        const reached = link.reached();
        if (reached !== undefined) tell(link, reached);
      }
    },
    show: (tls) => {
      for (const link of all) link.show(tls);
    },
    stop: async () => {
      await Promise.all(all.map((link) => link.stop()));
    },
  };
};
