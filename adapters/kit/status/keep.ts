import { WaslError } from '../../../services/kernel/codes.ts';
import type { TlsIdentity } from '../../../services/platform/crypto/index.ts';
import type { Logger } from '../../../services/platform/log/index.ts';
import { connectRegistry } from '../../../services/platform/rpc/registry-client.ts';
import type { Identity } from '../identity.ts';
import type { StatusBook } from '../journal/index.ts';
import { pause } from '../pause.ts';
import type { HeldLists } from './held.ts';
import { publishLists } from './publish.ts';

/** How often it is looked whether a list gets old, or says something else than the book. */
const LOOK_MS = 60_000;
const RETRY_MS = { least: 500, most: LOOK_MS };
/** Documents are not held up for longer: until its list is published a document's status is unknown. */
const FIRST_MS = 5_000;

/** A provider's lists in the registry, for as long as it runs. */
export interface KeptLists {
  /** Resolves once `prepare` has resolved and the lists were handed in for the first time, or could not be soon. Never rejects. */
  begin(prepare: () => Promise<void>): Promise<void>;
  /** Looks now. */
  look(): void;
  stop(): Promise<void>;
}

export const keepLists = (of: {
  readonly identity: Identity;
  /** What is shown to the registry; another once the certificate has been renewed. */
  readonly tls: () => TlsIdentity;
  readonly book: StatusBook;
  readonly lists: HeldLists;
  readonly log: Logger;
  readonly now: () => number;
}): KeptLists => {
  const { identity, book, lists, log, now } = of;
  const stopping = new AbortController();
  let wake = new AbortController();
  let running: Promise<void> | undefined;
  let begun: Promise<void> | undefined;

  const run = async (address: string, tried: () => void): Promise<void> => {
    const connect = (tls: TlsIdentity) => connectRegistry({ address, tls, trustDomain: identity.trustDomain });
    let shown = of.tls();
    let registry = connect(shown);
    let retryMs = RETRY_MS.least;
    let signedWith: string | undefined;
    while (!stopping.signal.aborted) {
      // What was written down before is in the book that is read now.
      wake = new AbortController();
      const called = wake.signal;
      if (of.tls() !== shown) {
        registry.close();
        shown = of.tls();
        registry = connect(shown);
      }
      try {
        const { thumbprint } = identity.keys.present().signer;
        const anew = signedWith !== undefined && signedWith !== thumbprint;
        const published = await publishLists({ identity, book, registry, lists, now, anew });
        signedWith = thumbprint;
        if (published > 0) log.info({ lists: published }, 'status lists are published');
        retryMs = RETRY_MS.least;
        tried();
        await pause(LOOK_MS, AbortSignal.any([stopping.signal, called]));
      } catch (error) {
        const code = error instanceof WaslError ? error.code : 'internal';
        log.warn({ code, err: error }, 'the status lists could not be published; trying again');
        tried();
        await pause(retryMs, stopping.signal);
        retryMs = Math.min(retryMs * 2, RETRY_MS.most);
      }
    }
    registry.close();
  };

  return {
    begin: (prepare) => {
      begun ??= new Promise<void>((resolve) => {
        setTimeout(resolve, FIRST_MS).unref();
        if (identity.registry === undefined) {
          log.warn(
            {},
            'no bus.json names the registry: whether documents still count stays unknown to those who hold them',
          );
          prepare().then(resolve, resolve);
          return;
        }
        const { registry } = identity;
        running = prepare().then(() => run(registry, resolve));
      });
      return begun;
    },
    look: () => wake.abort(),
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};
