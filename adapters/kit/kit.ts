import { WaslError } from '../../services/kernel/codes.ts';
import type { RegistryCopy } from '../../services/kernel/copy.ts';
import { primitives, validityOf } from '../../services/platform/crypto/index.ts';
import type { Logger } from '../../services/platform/log/index.ts';
import { makeAnswer } from './answer.ts';
import { keepCertificate } from './certificate/keep.ts';
import { type Client, makeClient } from './client.ts';
import type { Handler } from './handler.ts';
import type { Identity } from './identity.ts';
import type { Journal } from './journal/index.ts';
import { type Links, openLinks } from './links.ts';
import { watchOwnSteps } from './own-steps.ts';
import { makeProvider, type Provider } from './provider.ts';
import { type Answering, answeredAt } from './status/answered-at.ts';
import { holdLists } from './status/held.ts';
import { type KeptLists, keepLists } from './status/keep.ts';
import { makePlaces } from './status/places.ts';
import { type Verified, verifyDocument } from './status/verify.ts';

export interface KitOptions {
  readonly identity: Identity;
  /** host:port of every gateway. */
  readonly gateways: readonly string[];
  readonly journal: Journal;
  readonly log: Logger;
  readonly now?: () => number;
}

/** An agency on the bus: what it asks, and what it answers. */
export interface Kit extends Client {
  /** Resolves once a gateway is reached and the registry verified; rejects `gateway-unreachable` after `timeoutMs`. */
  ready(timeoutMs: number): Promise<void>;
  /** Names the handler of a document type; before `attach`. */
  provide(documentType: string, handler: Handler): void;
  /** Attaches to every gateway, now and after each reconnection. `credits`: offers taken at once over one gateway. */
  attach(options: { readonly replica: string; readonly credits: number }): void;
  /**
   * Verifies a credential that this agency got or issued, and says whether it was revoked since, by the newest list of its issuer. Rejects with what is
   * wrong with it.
   */
  verify(credential: string): Promise<Verified>;
  /** The newest verified registry copy; undefined until there is one. */
  copy(): RegistryCopy | undefined;
  status(): {
    readonly gateways: number;
    readonly attached: number;
    readonly inHand: number;
    readonly certificateUntilMs: number;
  };
  /** Takes nothing new and resolves when nothing is in hand; then `close`. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

export const openKit = ({ identity, gateways, journal, log, now = Date.now }: KitOptions): Kit => {
  const lists = holdLists(log);
  let kept: KeptLists | undefined;
  const certificate = keepCertificate({ identity, log, onRenewed: (tls) => opened.show(tls) });
  const { expired, superseded } = certificate;
  // A list that a former key signed counts no more once that key is revoked.
  const onKeys = (): void => kept?.look();
  const told = { onCopy: lists.take, onKeys, onSuperseded: superseded, expired };
  const opened = openLinks({ gateways, identity, primitives, log, now, ...told });
  const ownSteps = watchOwnSteps(identity, primitives, log);
  const links: Links = {
    ...opened,
    copy: () => ownSteps.over(opened.copy()),
    newestCopy: () => {
      const copy = opened.newestCopy();
      return copy === undefined ? undefined : ownSteps.over(copy);
    },
  };
  const handlers = new Map<string, Handler>();
  const afterwards = new Set<Promise<void>>();
  const client = makeClient({
    identity,
    primitives,
    links,
    journal,
    log,
    now,
    afterwards: (work) => {
      const watched = work
        .catch((error: unknown) => log.warn({ err: error }, 'an acknowledgement failed'))
        .finally(() => afterwards.delete(watched));
      afterwards.add(watched);
    },
  });
  let provider: Provider | undefined;

  return {
    ready: async (timeoutMs) => {
      await links.pick(timeoutMs);
    },
    ...client,
    provide: (documentType, handler) => {
      handlers.set(documentType, handler);
    },
    attach: ({ replica, credits }) => {
      if (provider !== undefined) throw new WaslError('internal');
      const book = journal.statusBook;
      const own = keepLists({ identity, tls: certificate.current, book, lists, log, now });
      kept = own;
      const places = makePlaces({ book, primitives, now, onTaken: own.look });
      const answers = makeAnswer({ identity, primitives, copy: links.copy, journal, places, handlers, log, now });
      const documentTypes = [...handlers.keys()];
      const made = makeProvider({ documentTypes, replica, credits, answers, journal, log });
      provider = made;
      links.onReached((link, reached) => {
        // A document's status can be looked up from the first one on, unless that would hold up all of them.
        void own.begin(places.prepare).then(() => made.attach(link, reached));
      });
    },
    verify: (credential) => {
      const copy = links.copy();
      const at = (of: Answering): Promise<number | undefined> => answeredAt(primitives, copy, journal, of);
      return verifyDocument({ primitives, identity, copy, lists, answeredAt: at, now }, credential);
    },
    copy: links.newestCopy,
    status: () => ({
      gateways: links.all.filter((link) => link.reached() !== undefined).length,
      attached: provider?.attached() ?? 0,
      inHand: provider?.inHand() ?? 0,
      certificateUntilMs: validityOf(certificate.current().cert).untilMs,
    }),
    drain: async () => {
      await provider?.drain();
      await Promise.all(afterwards);
    },
    close: async () => {
      ownSteps.stop();
      await certificate.stop();
      await kept?.stop();
      await links.stop();
    },
  };
};
