import { decodeBase64url, encodeBase64url } from './base64url.ts';
import { WaslError } from './codes.ts';
import { readFields } from './fields.ts';
import { type AgencyId, parseAgencyId } from './ids.ts';
import { readJws, signJws } from './jws.ts';
import type { EcPublicJwk, Primitives, Signer, Thumbprint } from './keys.ts';
import { TYP } from './statements.ts';
import type { JsonObject } from './strict-json.ts';

/** Compression in the ZLIB format (RFC 1950). */
export interface Compression {
  deflate(bytes: Uint8Array): Uint8Array;
  /** MUST throw for bytes of another format, and when more than `most` bytes would come out, before it has made room for more. */
  inflate(bytes: Uint8Array, most: number): Uint8Array;
}

/** Statuses of `bits` each, packed from the lowest bit of each byte up (Token Status List, section 4.1). 0 is valid; nothing else is. */
export interface StatusList {
  readonly bits: 1 | 2;
  readonly bytes: Uint8Array;
}

/** A list as its token carries it, not inflated. */
export interface StatusToken {
  readonly uri: string;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly bits: 1 | 2;
  readonly lst: string;
}

/** Which list of which provider. */
export interface StatusListName {
  readonly provider: AgencyId;
  readonly list: string;
}

/** Where a document's status stands. */
export interface StatusPlace {
  readonly uri: string;
  readonly index: number;
}

/** Documents that one list has room for. */
export const LIST_SIZE = 2 ** 20;
/** Bytes that a list inflates to at most: all its places, of two bits each. */
const BYTES_AT_MOST = LIST_SIZE / 4;
/** A token counts no longer, whatever it says: it bounds for how long a newer one can be withheld. */
const LIFE_AT_MOST_S = 7 * 86_400;
const LST_CHARACTERS = 400 * 1024;
/** Characters of a token at most. */
export const STATUS_TOKEN_CHARACTERS = 600 * 1024;
const LIST_ID = /^[0-9a-f]{16}$/;
const URI = /^wasl:\/\/([a-z0-9-]{1,100})\/status\/([0-9a-f]{16})$/;

const invalid = (what: string, cause?: unknown): WaslError => new WaslError('status-list-invalid', { what }, { cause });

/** The name that a document carries: whose list it is, and which. It is looked up in the registry's copy and never dialled. */
export const statusUri = ({ provider, list }: StatusListName): string => `wasl://${provider}/status/${list}`;

/** Reads such a name; undefined for anything else. */
export const readStatusUri = (uri: string): StatusListName | undefined => {
  const [, provider, list] = URI.exec(uri) ?? [];
  return provider === undefined || list === undefined ? undefined : { provider: parseAgencyId(provider), list };
};

/** Reads the id of a registry entity, `<provider>/<list>`. */
export const readStatusListId = (id: string): StatusListName => {
  const cut = id.indexOf('/');
  const list = id.slice(cut + 1);
  if (cut < 0 || !LIST_ID.test(list)) throw new WaslError('malformed-message', { what: 'status list id' });
  return { provider: parseAgencyId(id.slice(0, cut)), list };
};

/** The always disclosed claim `status` of a document. */
export const statusClaim = ({ uri, index }: StatusPlace): JsonObject => ({ status_list: { idx: index, uri } });

/** The place that a document names; undefined for one without. `credential-invalid` for a claim of another form. */
export const readStatusClaim = (always: JsonObject): StatusPlace | undefined => {
  if (!Object.hasOwn(always, 'status')) return undefined;
  try {
    const list = readFields(readFields(always, 'credential').object('status'), 'status').fields('status_list');
    return { index: list.count('idx'), uri: list.text('uri') };
  } catch (cause) {
    throw new WaslError('credential-invalid', {}, { cause });
  }
};

/** A list in which all is valid but the places named; one bit each. */
export const makeStatusList = (revoked: Iterable<number>): StatusList => {
  const bytes = new Uint8Array(LIST_SIZE / 8);
  for (const index of revoked) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  return { bits: 1, bytes };
};

/** The status at a place; undefined where the list has none. */
export const statusAt = ({ bits, bytes }: StatusList, index: number): number | undefined => {
  const byte = bytes[Math.floor((index * bits) / 8)];
  return byte === undefined ? undefined : (byte >> ((index * bits) % 8)) & ((1 << bits) - 1);
};

/** Whether everything that is not valid in the one is not valid in the other either: what was revoked stays revoked. */
export const keepsRevoked = (newer: StatusList, older: StatusList): boolean =>
  newer.bits === older.bits && older.bytes.every((byte, at) => (byte & ~(newer.bytes[at] ?? 0)) === 0);

/** Inflates `lst`; `status-list-invalid` for what is no ZLIB, or too long. */
export const inflateStatusList = (
  { inflate }: Pick<Compression, 'inflate'>,
  { bits, lst }: Pick<StatusToken, 'bits' | 'lst'>,
): StatusList => {
  try {
    return { bits, bytes: inflate(decodeBase64url(lst), BYTES_AT_MOST) };
  } catch (cause) {
    throw invalid('lst', cause);
  }
};

export const deflateStatusList = ({ deflate }: Pick<Compression, 'deflate'>, { bytes }: StatusList): string =>
  encodeBase64url(deflate(bytes));

/** Signs a Status List Token (section 5.1). `ttl` says when a holder may look for a newer one. */
export const signStatusToken = (
  signer: Signer,
  { uri, issuedAt, expiresAt, bits, lst }: StatusToken,
  ttl: number,
): Promise<string> =>
  signJws(signer, TYP.statusList, {
    sub: uri,
    iat: issuedAt,
    exp: expiresAt,
    ttl,
    status_list: { bits, lst },
  });

/** A token as it reads, and how it is verified: it is anybody's word until `verify` has resolved. */
export interface ReadStatusToken {
  readonly token: StatusToken;
  /** The key that it says it is signed with. */
  readonly kid: Thumbprint;
  verify(primitives: Primitives, provider: EcPublicJwk): Promise<void>;
}

/** Reads a token of the list named. Errors: `status-list-invalid` (of another list above all), `malformed-message`, `wrong-type`. */
export const readStatusToken = (name: StatusListName, text: string): ReadStatusToken => {
  const signed = readJws(text, TYP.statusList);
  const f = readFields(signed.payload, 'status list');
  const list = f.fields('status_list');
  const bits = list.count('bits');
  const token = {
    uri: f.text('sub'),
    issuedAt: f.count('iat'),
    expiresAt: f.count('exp'),
    lst: list.text('lst', undefined, LST_CHARACTERS),
  };
  f.count('ttl');
  f.done();
  list.done();
  if (bits !== 1 && bits !== 2) throw invalid('bits');
  if (token.uri !== statusUri(name)) throw invalid('sub');
  const life = token.expiresAt - token.issuedAt;
  if (life <= 0 || life > LIFE_AT_MOST_S) throw invalid('exp');
  return {
    token: { ...token, bits },
    kid: signed.kid,
    verify: async (primitives, provider) => {
      await signed.verify(primitives, provider);
    },
  };
};
