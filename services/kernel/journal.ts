import { fromUtf8, utf8 } from './bytes.ts';
import { canonicalJson } from './canonical.ts';
import { unlessRefused, WaslError } from './codes.ts';
import { type Digest, digestOfText } from './digest.ts';
import { isObject, readFields } from './fields.ts';
import { DIGEST, type JournalHead } from './statements.ts';
import { type JsonObject, parseStrictJson } from './strict-json.ts';

/** What an agency writes down of its own part. No personal data: statements are open parts, private parts and documents stay as digests. */
export type JournalBody =
  /** Requester: what it is about to send. */
  | { readonly kind: 'asked'; readonly requestId: string; readonly statement: string }
  /** Requester: how it ended. `statement` is the answer's or refusal's JWS, absent when nobody answered. */
  | {
      readonly kind: 'concluded';
      readonly requestId: string;
      readonly outcome: string;
      readonly code?: string;
      readonly statement?: string;
      readonly receipts: readonly string[];
      /** Of a document, the digest of what its issuer signed: the receipts date this one and no other. */
      readonly credential?: Digest;
    }
  /** Provider: a request it is about to serve, with the gateway's receipt of `requested`. `day` counts against `agreement`'s quota. */
  | {
      readonly kind: 'offered';
      readonly requestId: string;
      readonly statement: string;
      readonly receipt: string;
      readonly agreement: string;
      readonly day: string;
    }
  /** Provider: what it signed in answer. `status` is where a delivered document's status stands. */
  | {
      readonly kind: 'answered';
      readonly requestId: string;
      readonly statement: string;
      readonly status?: { readonly list: string; readonly index: number };
      readonly credential?: Digest;
    }
  /** Provider: the receipt of the answer, which came later. */
  | { readonly kind: 'receipt'; readonly requestId: string; readonly receipt: string }
  | StatusBody
  /** Requester: the receipt of an acknowledgement, and what that was about. */
  | { readonly kind: 'acknowledged'; readonly requestIds: readonly string[]; readonly receipt: string };

/** What is written down of status lists. In canonical form `kind` comes first: journals in a table find these entries by their beginning. */
export type StatusBody =
  /** Provider: a slice of a list is taken; whose and which follows from its place among all slices, see `status-book.ts`. */
  | { readonly kind: 'status-slice'; readonly name: string }
  /** Provider: a document is revoked, for good. `reason` without personal data. */
  | {
      readonly kind: 'status-revoked';
      readonly list: string;
      readonly place: number;
      readonly reason?: string;
      readonly requestId: string;
    };

/** The requests that an entry is about. */
export const requestsIn = (body: JournalBody): readonly string[] => {
  if (body.kind === 'status-slice') return [];
  return body.kind === 'acknowledged' ? body.requestIds : [body.requestId];
};

/** One link of an agency's own chain. */
export interface JournalEntry {
  /** From 0, without gaps. */
  readonly sequence: number;
  readonly previous: Digest | null;
  readonly timeMs: number;
  readonly body: JournalBody;
}

/** A body's canonical JSON; `malformed-message` when it has none. */
export const journalBody = (body: JournalBody): string => canonicalJson(body as unknown as JsonObject);

/** The entry's one line, canonical JSON (its members in their order) without a line end; `body` is canonical already. */
const journalLine = ({ sequence, previous, timeMs }: Omit<JournalEntry, 'body'>, body: string): string =>
  `{"body":${body}${previous === null ? '' : `,"previous":"${previous}"`},"sequence":${sequence},"timeMs":${timeMs}}`;

export const lineDigest = (line: string): Digest => digestOfText(line);

export const EMPTY_HEAD: JournalHead = { size: 0, head: null };

/** Appends a body, as `journalBody` wrote it, to a head: the line to write and the head after it. */
export const linkJournal = (
  head: JournalHead,
  timeMs: number,
  body: string,
): { readonly line: string; readonly head: JournalHead } => {
  const line = journalLine({ sequence: head.size, previous: head.head, timeMs }, body);
  return { line, head: { size: head.size + 1, head: lineDigest(line) } };
};

/** Parses one line and checks that it continues `head`; `journal-damaged` (with the sequence) otherwise. */
export const readJournalLine = (
  head: JournalHead,
  line: string,
): { readonly entry: JournalEntry; readonly head: JournalHead } => {
  const damaged = (): WaslError => new WaslError('journal-damaged', { sequence: head.size });
  const entry = parseJournalLine(line);
  if (
    entry === undefined ||
    entry.sequence !== head.size ||
    entry.previous !== head.head ||
    journalLine(entry, journalBody(entry.body)) !== line
  )
    throw damaged();
  return { entry, head: { size: head.size + 1, head: lineDigest(line) } };
};

/** Parses one line without its chain; undefined for what is none. */
export const parseJournalLine = (line: string): JournalEntry | undefined => {
  try {
    const value = parseStrictJson(utf8(line));
    if (!isObject(value)) return undefined;
    const f = readFields(value, 'journal');
    return {
      sequence: f.count('sequence'),
      previous: (f.optionalText('previous', DIGEST) ?? null) as Digest | null,
      timeMs: f.count('timeMs'),
      body: f.object('body') as unknown as JournalBody,
    };
  } catch (error) {
    return unlessRefused(error);
  }
};

export const lineFromBytes = (bytes: Uint8Array): string => fromUtf8(bytes);
