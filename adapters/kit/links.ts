import { WaslError } from '../../services/kernel/codes.ts';
import type { CopyPins, RegistryCopy } from '../../services/kernel/copy.ts';
import type { Primitives } from '../../services/kernel/keys.ts';
import type { Logger } from '../../services/platform/log/index.ts';
import type { Identity } from './identity.ts';
import { type Link, openLink, type Reached } from './link.ts';

/** A registry head older than this decides nothing any more, ms. */
const FRESHNESS_MS = 3_600_000;

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
  stop(): Promise<void>;
}

export const openLinks = (of: {
  readonly gateways: readonly string[];
  readonly identity: Identity;
  readonly primitives: Primitives;
  readonly log: Logger;
  readonly now: () => number;
}): Links => {
  const { identity, primitives, log, now } = of;
  const pins: CopyPins = {
    ...identity.pins,
    own: { agency: identity.agency, signing: identity.signer.publicJwk },
  };
  let newest: RegistryCopy | undefined;
  let turn = 0;
  const listeners: ((link: Link, reached: Reached) => void)[] = [];
  const waiting = new Set<() => void>();
  const all: Link[] = of.gateways.map((address) => {
    const link: Link = openLink({
      address,
      identity,
      primitives,
      pins,
      log,
      // Two gateways may be a head apart: the newest counts, whoever brought it.
      onCopy: (copy) => {
        if (newest === undefined || copy.version > newest.version || copy.timeMs >= newest.timeMs) newest = copy;
      },
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
      if (newest.timeMs < now() - FRESHNESS_MS) throw new WaslError('registry-stale');
      return newest;
    },
    pick: async (withinMs, except) => {
      let signal: AbortSignal | undefined;
      for (;;) {
        const found = connected(except);
        if (found !== undefined) return found;
        signal ??= AbortSignal.timeout(Math.max(1, withinMs));
        if (signal.aborted) throw new WaslError('gateway-unreachable');
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
    stop: async () => {
      await Promise.all(all.map((link) => link.stop()));
    },
  };
};
