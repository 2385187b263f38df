import { fromUtf8, utf8 } from '../../kernel/bytes.ts';
import type { RequestId } from '../../kernel/ids.ts';
import type { Exchanged } from './ports.ts';

/** An outcome above this many bytes has no place in the ring: one of them would take that of hundreds of others. */
const LARGE_BYTES = 64 * 1024;
/** Of all room, what the ring takes; the rest is for large ones. */
const RING = 1 / 3;

export interface Outcomes {
  /** Keeps it while there is room: newer ones take the place of older ones. */
  keep(id: RequestId, outcome: Exchanged): void;
  /** A copy; undefined once its place was taken, or when it never had one. */
  of(id: RequestId): Exchanged | undefined;
  drop(id: RequestId): void;
  /** Bytes of those that are kept. */
  bytes(): number;
}

interface Placed {
  readonly at: number;
  readonly textBytes: number;
  readonly bytes: number;
}

/**
 * First outcomes, kept as bytes: small ones in one ring of memory, so that what comes and goes with each exchange is no work for the collector
 * of garbage, and large ones beside it. `dropped` is told of each that gave way, and of each that never found room.
 */
export const makeOutcomes = (of: { readonly bytes: number; readonly dropped: (id: RequestId) => void }): Outcomes => {
  const ring = new Uint8Array(Math.floor(of.bytes * RING));
  const largeRoom = of.bytes - ring.length;
  // A Map walks in the order of insertion: in both the oldest come first, and in the ring they stand next behind the newest.
  const placed = new Map<RequestId, Placed>();
  const large = new Map<RequestId, { readonly outcome: Exchanged; readonly bytes: number }>();
  let next = 0;
  let ringBytes = 0;
  let largeBytes = 0;

  const drop = (id: RequestId): void => {
    ringBytes -= placed.get(id)?.bytes ?? 0;
    largeBytes -= large.get(id)?.bytes ?? 0;
    placed.delete(id);
    large.delete(id);
  };
  const giveWay = (id: RequestId): void => {
    drop(id);
    of.dropped(id);
  };
  /** Drops the oldest for as long as they are `inTheWay`. */
  const clear = (inTheWay: (one: Placed) => boolean): void => {
    for (const [id, one] of placed) {
      if (!inTheWay(one)) return;
      giveWay(id);
    }
  };
  /** Where so many bytes may be written: behind the newest, or at the start when they do not fit before the end. */
  const place = (bytes: number): number => {
    if (next + bytes > ring.length) {
      clear(({ at }) => at >= next);
      next = 0;
    }
    const at = next;
    clear((one) => one.at < at + bytes && one.at + one.bytes > at);
    next += bytes;
    return at;
  };
  const keepLarge = (id: RequestId, outcome: Exchanged, bytes: number): void => {
    if (bytes > largeRoom) {
      of.dropped(id);
      return;
    }
    large.set(id, { outcome, bytes });
    largeBytes += bytes;
    for (const older of large.keys()) {
      if (largeBytes <= largeRoom) return;
      giveWay(older);
    }
  };

  return {
    keep: (id, outcome) => {
      const { document, text } = partsOf(outcome);
      const bytes = text.length + document.length;
      if (bytes > LARGE_BYTES || bytes > ring.length) {
        keepLarge(id, outcome, bytes);
        return;
      }
      const at = place(bytes);
      ring.set(text, at);
      ring.set(document, at + text.length);
      placed.set(id, { at, textBytes: text.length, bytes });
      ringBytes += bytes;
    },
    of: (id) => {
      const one = placed.get(id);
      if (one === undefined) return large.get(id)?.outcome;
      const { at, textBytes, bytes } = one;
      const said = JSON.parse(fromUtf8(ring.subarray(at, at + textBytes)));
      // What is sent must not change when its place is taken.
      return said.kind === 'answer' ? { ...said, sealedDocument: ring.slice(at + textBytes, at + bytes) } : said;
    },
    drop,
    bytes: () => ringBytes + largeBytes,
  };
};

/** What of it is text, and its document. */
const partsOf = (outcome: Exchanged): { readonly text: Uint8Array; readonly document: Uint8Array } => {
  if (outcome.kind === 'refusal') return { text: utf8(JSON.stringify(outcome)), document: new Uint8Array() };
  const { sealedDocument, ...said } = outcome;
  return { text: utf8(JSON.stringify(said)), document: sealedDocument };
};
