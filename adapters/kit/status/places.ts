import { WaslError } from '../../../services/kernel/codes.ts';
import type { Primitives } from '../../../services/kernel/keys.ts';
import { SLICE_SIZE, sliceAt } from '../../../services/kernel/status-book.ts';
import type { StatusBook } from '../journal/index.ts';

/** Where the status of one document will stand. */
export interface Place {
  readonly list: string;
  readonly index: number;
}

/** Places for new documents: each is given once, to nobody else, in an order that says nothing of the document. */
export interface Places {
  /** Rejects with `journal-unavailable` when no slice can be written down. */
  take(): Promise<Place>;
  /** Takes the first slice, so that no document waits for it. Never rejects. */
  prepare(): Promise<void>;
}

interface Taken {
  readonly list: string;
  readonly takenMs: number;
  /** Places left, in a random order; taken from the end. */
  readonly left: number[];
}

/** A slice is given up after so long, so that it is known until when a list can have living documents. */
export const SLICE_COUNTS_MS = 30 * 86_400_000;
/** Another slice is taken when so many places are left, so that no document waits for it. */
const FEW = SLICE_SIZE / 4;

export const makePlaces = (of: {
  readonly book: StatusBook;
  readonly primitives: Pick<Primitives, 'random'>;
  readonly now: () => number;
  /** Told when a slice was taken: its list may be new. */
  readonly onTaken?: () => void;
}): Places => {
  const { book, primitives, now, onTaken } = of;
  let current: Taken | undefined;
  let next: Promise<Taken> | undefined;

  const takeSlice = async (): Promise<Taken> => {
    // COMMIT POINT. A crash after it leaves a slice of which nothing is ever given.
    const { size } = await book.append({
      kind: 'status-slice',
      name: Buffer.from(primitives.random(8)).toString('hex'),
    });
    const slice = sliceAt(await book.read(), size - 1);
    if (slice === undefined) throw new WaslError('journal-damaged', { sequence: size - 1 });
    onTaken?.();
    const left = shuffled(primitives.random(SLICE_SIZE * 4)).map((place) => slice.from + place);
    return { list: slice.list, takenMs: now(), left };
  };
  const slice = (): Promise<Taken> => {
    if (next === undefined) {
      const taking = takeSlice();
      next = taking;
      taking.catch(() => {
        if (next === taking) next = undefined;
      });
    }
    return next;
  };

  return {
    prepare: async () => {
      if (current === undefined) await slice().catch(() => undefined);
    },
    take: async () => {
      for (;;) {
        const old = current === undefined || now() - current.takenMs > SLICE_COUNTS_MS;
        const index = old ? undefined : current?.left.pop();
        if (current !== undefined && index !== undefined) {
          if (current.left.length < FEW) slice().catch(() => undefined);
          return { list: current.list, index };
        }
        const taken = await slice().catch((cause: unknown) => {
          throw new WaslError('journal-unavailable', {}, { cause });
        });
        // Of those that waited for it, the first puts it in place.
        if (current !== taken) {
          current = taken;
          next = undefined;
        }
      }
    },
  };
};

/** 0 to `SLICE_SIZE` - 1 in a random order (Fisher-Yates), by four random bytes each. */
const shuffled = (random: Uint8Array): number[] => {
  const draws = new DataView(random.buffer, random.byteOffset, random.byteLength);
  const places = Array.from({ length: SLICE_SIZE }, (_, place) => place);
  for (let at = SLICE_SIZE - 1; at > 0; at -= 1) {
    const other = draws.getUint32(at * 4) % (at + 1);
    const held = places[at] ?? 0;
    places[at] = places[other] ?? 0;
    places[other] = held;
  }
  return places;
};
