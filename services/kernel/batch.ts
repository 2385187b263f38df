import { decodeBase64url, encodeBase64url } from './base64url.ts';
import { equalBytes, fromUtf8, utf8 } from './bytes.ts';
import { canonicalJson } from './canonical.ts';
import { WaslError } from './codes.ts';
import type { Digest } from './digest.ts';
import { type Entry, entryDigest, parseEntry, type WrittenEntry } from './evidence.ts';
import { isObject, readFields } from './fields.ts';
import { type BootId, type GatewayId, parseBootId, parseGatewayId } from './ids.ts';
import { readJws, signJws, verifyJws } from './jws.ts';
import { type EcPublicJwk, type Primitives, type Signer, thumbprint } from './keys.ts';
import { leafHash, merkleTree, rootFromPath } from './merkle.ts';
import { DIGEST, TYP } from './statements.ts';
import { type JsonObject, parseStrictJson } from './strict-json.ts';

/** What travels beside an entry and is stored beside the log, never in it: the signed text and the sealed private part it speaks of. */
export interface Beside {
  /** The JWS text whose digest the entry names (request, answer or acknowledgement). */
  readonly statement?: string;
  /** The sealed private part of a `requested` entry. */
  readonly privatePart?: Uint8Array;
}

/** One group commit, the value of one bus record: signed once over the RFC 6962 root of its entries. */
export interface Batch {
  /** Compact JWS, typ wasl-batch+jwt. */
  readonly statement: string;
  readonly entries: readonly Uint8Array[];
  readonly beside: readonly Beside[];
}

export interface BatchStatement {
  readonly origin: string;
  readonly gateway: GatewayId;
  readonly boot: BootId;
  /** Sequence of the first entry. */
  readonly first: number;
  readonly size: number;
  readonly root: Uint8Array;
  readonly timeMs: number;
}

const parseStatement = (payload: JsonObject): BatchStatement => {
  const f = readFields(payload, 'batch');
  const statement = {
    gateway: parseGatewayId(f.text('iss')),
    origin: f.text('aud'),
    boot: parseBootId(f.text('boot')),
    first: f.count('first'),
    size: f.count('size'),
    root: decodeBase64url(f.text('root')),
    timeMs: f.count('timeMs'),
  };
  f.done();
  return statement;
};

/** Signs consecutive entries of one boot; one signature for all of them, a path for each. */
export const signBatch = async (
  signer: Signer,
  origin: string,
  written: readonly WrittenEntry[],
  beside: readonly Beside[],
  timeMs: number,
): Promise<{ readonly batch: Batch; readonly receipts: readonly string[] }> => {
  const [first] = written;
  if (first === undefined) throw new RangeError('a batch needs an entry');
  const { entry: head } = first;
  const tree = merkleTree(written.map(({ bytes }) => leafHash(bytes)));
  const statement = await signJws(signer, TYP.batch, {
    iss: head.gateway,
    aud: origin,
    boot: head.boot,
    first: head.sequence,
    size: written.length,
    root: encodeBase64url(tree.root),
    timeMs,
  });
  const receipts = written.map(({ entry, text, digest }, index) =>
    canonicalJson({
      origin,
      gateway: entry.gateway,
      boot: entry.boot,
      sequence: entry.sequence,
      leaf: digest,
      entry: text,
      batch: statement,
      path: tree.path(index).map(encodeBase64url),
      timeMs,
      maximumMergeDelayMs: MAXIMUM_MERGE_DELAY_MS,
    }),
  );
  return { batch: { statement, entries: written.map(({ bytes }) => bytes), beside }, receipts };
};

/** How long after its time an entry may be missing from the log before its receipt counts as broken. */
export const MAXIMUM_MERGE_DELAY_MS = 60_000;

/** A promise that an entry stands in the evidence log, held by an agency and checked against the log. */
export interface Receipt {
  readonly origin: string;
  readonly gateway: GatewayId;
  readonly boot: BootId;
  readonly sequence: number;
  /** Digest of the entry's bytes. */
  readonly leaf: Digest;
  /** What was promised: the entry, and its very bytes. */
  readonly entry: Entry;
  readonly entryBytes: Uint8Array;
  readonly batch: string;
  readonly path: readonly Uint8Array[];
  readonly timeMs: number;
  readonly maximumMergeDelayMs: number;
}

/** Well above the longest entry (100 claims of 64 characters). */
const MAX_ENTRY_CHARACTERS = 16_384;

export const parseReceipt = (text: string): Receipt => {
  const value = parseStrictJson(text);
  if (!isObject(value)) throw new WaslError('malformed-message', { what: 'receipt' });
  const f = readFields(value, 'receipt');
  const entryBytes = utf8(f.text('entry', undefined, MAX_ENTRY_CHARACTERS));
  const receipt: Receipt = {
    origin: f.text('origin'),
    gateway: parseGatewayId(f.text('gateway')),
    boot: parseBootId(f.text('boot')),
    sequence: f.count('sequence'),
    leaf: f.text('leaf', DIGEST) as Digest,
    entry: parseEntry(entryBytes),
    entryBytes,
    batch: f.text('batch', undefined, 4096),
    path: f.texts('path', undefined, 32).map(decodeBase64url),
    timeMs: f.count('timeMs'),
    maximumMergeDelayMs: f.count('maximumMergeDelayMs'),
  };
  f.done();
  return receipt;
};

/** Which key signed, so that the caller can find it: the gateway id inside a batch, not yet verified. */
export const batchSigner = (statement: string): { readonly gateway: GatewayId; readonly kid: string } => {
  const { payload, kid } = readJws(statement, TYP.batch);
  return { gateway: parseStatement(payload).gateway, kid };
};

const broken = (): never => {
  throw new WaslError('signature-invalid', {});
};

/** Many receipts stand on one group commit: what its key signed is verified and read once. By key and text. */
const verified = new Map<string, BatchStatement>();
const VERIFIED_AT_MOST = 512;

const verifiedStatement = async (
  primitives: Primitives,
  gatewayKey: EcPublicJwk,
  text: string,
): Promise<BatchStatement> => {
  const name = `${thumbprint(gatewayKey)} ${text}`;
  const held = verified.get(name);
  if (held !== undefined) return held;
  const statement = parseStatement(await verifyJws(primitives, gatewayKey, text, TYP.batch));
  if (verified.size >= VERIFIED_AT_MOST) verified.clear();
  verified.set(name, statement);
  return statement;
};

/** Verifies a receipt's own promise: the gateway's signature, the path, and that the parts agree. `signature-invalid` otherwise. */
export const verifyReceipt = async (
  primitives: Primitives,
  gatewayKey: EcPublicJwk,
  receipt: Receipt,
): Promise<Receipt> => {
  const statement = await verifiedStatement(primitives, gatewayKey, receipt.batch);
  const { entry, entryBytes } = receipt;
  const root = rootFromPath(leafHash(entryBytes), receipt.sequence - statement.first, statement.size, receipt.path);
  const agrees =
    entryDigest(entryBytes) === receipt.leaf &&
    entry.gateway === receipt.gateway &&
    entry.boot === receipt.boot &&
    entry.sequence === receipt.sequence &&
    statement.gateway === receipt.gateway &&
    statement.boot === receipt.boot &&
    statement.origin === receipt.origin &&
    statement.timeMs === receipt.timeMs &&
    receipt.sequence >= statement.first &&
    root !== undefined &&
    equalBytes(root, statement.root);
  return agrees ? receipt : broken();
};

/** Verifies a batch read from the bus: signature, root over all entries, size. Returns the statement. */
export const verifyBatch = async (
  primitives: Primitives,
  gatewayKey: EcPublicJwk,
  batch: Batch,
): Promise<BatchStatement> => {
  const statement = parseStatement(await verifyJws(primitives, gatewayKey, batch.statement, TYP.batch));
  const whole = batch.entries.length === statement.size && batch.entries.length > 0;
  return whole && equalBytes(merkleTree(batch.entries.map(leafHash)).root, statement.root) ? statement : broken();
};

/** The batch as the value of one bus record: JSON, entries as text (each is canonical JSON itself). */
export const encodeBatch = (batch: Batch): Uint8Array =>
  utf8(
    JSON.stringify({
      statement: batch.statement,
      entries: batch.entries.map(fromUtf8),
      beside: batch.beside.map((beside) => ({
        ...(beside.statement === undefined ? {} : { statement: beside.statement }),
        ...(beside.privatePart === undefined ? {} : { privatePart: encodeBase64url(beside.privatePart) }),
      })),
    }),
  );

export const decodeBatch = (bytes: Uint8Array): Batch => {
  const value = parseStrictJson(bytes);
  if (!isObject(value)) throw new WaslError('malformed-message', { what: 'batch' });
  const { statement, entries, beside } = value;
  if (
    typeof statement !== 'string' ||
    !Array.isArray(entries) ||
    !Array.isArray(beside) ||
    beside.length !== entries.length
  ) {
    throw new WaslError('malformed-message', { what: 'batch' });
  }
  return {
    statement,
    entries: entries.map((entry) => utf8(String(entry))),
    beside: beside.map((item) => {
      if (!isObject(item)) throw new WaslError('malformed-message', { what: 'batch.beside' });
      return {
        ...(typeof item.statement === 'string' ? { statement: item.statement } : {}),
        ...(typeof item.privatePart === 'string' ? { privatePart: decodeBase64url(item.privatePart) } : {}),
      };
    }),
  };
};
