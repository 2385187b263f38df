import type { FollowRegistryResponse } from '../../../proto/gen/wasl/exchange/v1/exchange.ts';
import { WaslError } from '../../kernel/codes.ts';
import { type HeldRecord, holdRecord, type RegistryState } from '../../kernel/copy.ts';

/** Characters of one message, unless a single record is longer (640 KiB at most): whatever the registry has grown to, gRPC takes each. */
const PIECE_CHARACTERS = 256 * 1024;
/** What a reader takes on trust before a head says what it is worth: far more than a kit is ever sent, far less than would end it. */
const UNPROVEN_CHARACTERS = 256 * 1024 * 1024;
/** What an empty one costs whoever holds it. */
const MESSAGE_CHARACTERS = 32;

/** What a stream was told by its last head. */
export interface Told {
  readonly digests: readonly string[];
  /** Digests of the records that it holds. */
  readonly records: ReadonlySet<string>;
}
export const NOTHING_TOLD: Told = { digests: [], records: new Set() };

/** What it is to hold. */
export interface Telling {
  readonly head: string;
  readonly digests: readonly string[];
  readonly records: readonly HeldRecord[];
}

const LISTS = ['records', 'digests', 'withdrawn'] as const;

/** What is new for a stream that was told `told`, in messages of bounded size; the head, in the last, speaks for all of them. */
export function* piecesOf(told: Told, now: Telling): Generator<FollowRegistryResponse> {
  const { added, gone } = differencesOf(told.digests, now.digests);
  const records = textsOf(now.records.filter(({ digest }) => !told.records.has(digest)));
  const empty = () => ({ records: [] as string[], digests: [] as string[], withdrawn: [] as string[] });
  const items = { records, digests: added, withdrawn: gone };
  let piece = empty();
  let size = 0;
  for (const list of LISTS) {
    for (const item of items[list]) {
      if (size > 0 && size + item.length > PIECE_CHARACTERS) {
        yield { ...piece, head: '' };
        piece = empty();
        size = 0;
      }
      piece[list].push(item);
      size += item.length;
    }
  }
  yield { ...piece, head: now.head };
}

/** What a stream knows once it was told. */
export const toldOf = ({ digests, records }: Telling): Told => ({
  digests,
  records: new Set(records.map(({ digest }) => digest)),
});

function* textsOf(records: readonly HeldRecord[]): Generator<string> {
  for (const record of records) yield record.text.read();
}

/** Of two sorted lists. */
const differencesOf = (before: readonly string[], now: readonly string[]): { added: string[]; gone: string[] } => {
  const [added, gone]: [string[], string[]] = [[], []];
  if (before === now) return { added, gone };
  let at = 0;
  for (const digest of now) {
    for (; at < before.length && (before[at] as string) < digest; at += 1) gone.push(before[at] as string);
    if (before[at] === digest) at += 1;
    else added.push(digest);
  }
  return { added, gone: [...gone, ...before.slice(at)] };
};

/**
 * Puts one stream's messages together again: the whole state at each head, undefined between. Verifies nothing: a state that is not what its
 * head counts is found out by whoever makes a copy of it. Error: `message-too-large`.
 */
export const makeRegistryReader = (): ((message: FollowRegistryResponse) => RegistryState | undefined) => {
  const held = new Map<string, HeldRecord>();
  let records: readonly HeldRecord[] = [];
  let digests: readonly string[] = [];
  let unproven = 0;
  let changes: FollowRegistryResponse[] = [];
  return (message) => {
    changes.push(message);
    unproven += MESSAGE_CHARACTERS;
    for (const list of LISTS) for (const item of message[list]) unproven += MESSAGE_CHARACTERS + item.length;
    if (unproven > UNPROVEN_CHARACTERS) throw new WaslError('message-too-large', { limit: UNPROVEN_CHARACTERS });
    if (message.head === '') return undefined;
    const withdrawn = new Set(changes.flatMap((change) => change.withdrawn));
    const added = changes.flatMap((change) => change.digests);
    const fresh = changes.flatMap((change) => change.records).map((text) => holdRecord(text));
    for (const digest of withdrawn) held.delete(digest);
    for (const record of fresh) held.set(record.digest, record);
    if (withdrawn.size + fresh.length > 0) records = [...held.values()];
    if (withdrawn.size + added.length > 0) {
      digests = [...digests.filter((digest) => !withdrawn.has(digest)), ...added].sort();
    }
    changes = [];
    unproven = 0;
    return { records, head: message.head, digests };
  };
};
