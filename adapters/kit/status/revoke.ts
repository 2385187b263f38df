import { setTimeout as wait } from 'node:timers/promises';
import { WaslError } from '../../../services/kernel/codes.ts';
import type { JournalEntry } from '../../../services/kernel/journal.ts';
import { connectRegistry } from '../../../services/platform/rpc/registry-client.ts';
import type { Identity } from '../identity.ts';
import { openFileStatusBook } from '../journal/file.ts';
import { openTableJournal, readFileJournal, type StatusBook } from '../journal/index.ts';
import type { Place } from './places.ts';
import { publishLists } from './publish.ts';

/** Where the adapter that issued the document keeps its journal; it may be running. */
export type JournalTarget = { readonly dir: string } | { readonly url: string };

export interface Revocation {
  readonly requestId: string;
  readonly list: string;
  readonly index: number;
  /** Whether it was revoked before. */
  readonly already: boolean;
}

const TRIES = 5;
/** Longer than the second by which lists are told apart. */
const AGAIN_MS = 1_100;

/**
 * Revokes the document that was delivered under a request, for good: written down first, then said in the registry. Doing it again changes nothing and
 * says it again. Errors: `document-not-issued`; `registry-unreachable` and other ends of handing in, after which it is written down, and a running
 * adapter publishes it within a minute.
 */
export const revokeDocument = async (of: {
  readonly identity: Identity;
  readonly journal: JournalTarget;
  readonly requestId: string;
  /** For the agency's own book; no personal data. */
  readonly reason?: string;
  readonly now?: () => number;
}): Promise<Revocation> => {
  const { identity, requestId, reason, now = Date.now } = of;
  const { entries, book, close } = await openTarget(of.journal);
  try {
    const place = await placeOf(entries, requestId);
    if (place === undefined) throw new WaslError('document-not-issued', { agency: identity.agency, requestId });
    const { list, index } = place;
    const already = (await book.read()).some(
      ({ body }) => body.kind === 'status-revoked' && body.list === list && body.place === index,
    );
    // COMMIT POINT. A crash after it leaves a revocation that the next look of a running adapter publishes.
    if (!already) {
      const why = reason === undefined ? {} : { reason };
      await book.append({ kind: 'status-revoked', list, place: index, requestId, ...why });
    }
    await publish(identity, book, list, now);
    return { requestId, list, index, already };
  } finally {
    await close();
  }
};

const openTarget = async (target: JournalTarget) => {
  if ('dir' in target) {
    return {
      entries: readFileJournal(target.dir),
      book: openFileStatusBook({ dir: target.dir }),
      close: async () => undefined,
    };
  }
  const journal = await openTableJournal({ url: target.url });
  return { entries: journal.read(), book: journal.statusBook, close: () => journal.close() };
};

const placeOf = async (
  entries: AsyncIterable<{ readonly entry: JournalEntry }>,
  requestId: string,
): Promise<Place | undefined> => {
  for await (const { entry } of entries) {
    const { body } = entry;
    if (body.kind === 'answered' && body.requestId === requestId && body.status !== undefined) return body.status;
  }
  return undefined;
};

const publish = async (identity: Identity, book: StatusBook, only: string, now: () => number): Promise<void> => {
  const { registry: address, tls, trustDomain } = identity;
  if (address === undefined) throw new WaslError('config-invalid', { what: 'no bus.json names the registry' });
  const registry = connectRegistry({ address, tls, trustDomain });
  try {
    for (let tried = 1; ; tried += 1) {
      try {
        await publishLists({ identity, book, registry, now, only });
        return;
      } catch (error) {
        // Somebody else was quicker, perhaps in this very second: what the book says by now is said again.
        if (!(error instanceof WaslError) || error.code !== 'entity-outdated' || tried === TRIES) throw error;
        await wait(AGAIN_MS);
      }
    }
  } finally {
    registry.close();
  }
};
