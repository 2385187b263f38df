import { decodeBase64url, decodeBase64urlInto, decodedLength, encodeBase64url, encodedLength } from './base64url.ts';
import { concat, latin1, put, room, splitBytes, utf8 } from './bytes.ts';
import { canonicalJson } from './canonical.ts';
import { WaslError } from './codes.ts';
import { sha256 } from './digest.ts';
import { isObject, readFields } from './fields.ts';
import {
  type EphemeralKey,
  type OkpPublicJwk,
  type Opener,
  type Primitives,
  parseOkpPublicJwk,
  thumbprint,
} from './keys.ts';
import { inPieces } from './pieces.ts';
import { type JsonObject, parseStrictJson } from './strict-json.ts';

const ALG = 'ECDH-ES+A256KW';
export const MAX_PRIVATE_BYTES = 16 * 1024;
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

const uint32 = (value: number): Uint8Array => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);

/** Concat KDF of RFC 7518 section 4.6.2 for a 256-bit wrapping key, without party information. */
const wrappingKey = (secret: Uint8Array): Uint8Array =>
  sha256(concat(uint32(1), secret, uint32(ALG.length), utf8(ALG), uint32(0), uint32(0), uint32(256)));

const json = (value: JsonObject): string => encodeBase64url(utf8(canonicalJson(value)));

/** Runs an opening step; whatever fails inside says only that it does not open (no oracle, no cause on a wire). */
const opening = async <T>(step: () => Promise<T> | T): Promise<T> => {
  try {
    return await step();
  } catch (cause) {
    if (cause instanceof WaslError) throw cause;
    throw new WaslError('sealed-unreadable', {}, { cause });
  }
};

const checkSize = (size: number, limit: number): void => {
  if (size > limit) throw new WaslError('message-too-large', { limit });
};

interface Recipient {
  readonly kid: string;
  readonly epk: OkpPublicJwk;
  readonly encryptedKey: string;
}

/** One side's half of an agreement with the recipient. */
interface Agreed {
  readonly publicJwk: OkpPublicJwk;
  readonly secret: Uint8Array;
}
const agreed = (key: EphemeralKey, to: OkpPublicJwk): Agreed => ({ publicJwk: key.publicJwk, secret: key.agree(to) });

const wrapFor = (
  primitives: Primitives,
  to: OkpPublicJwk,
  { publicJwk, secret }: Agreed,
  contentKey: Uint8Array,
): Recipient => {
  const wrapped = primitives.wrapKey(wrappingKey(secret), contentKey);
  return { kid: thumbprint(to), epk: publicJwk, encryptedKey: encodeBase64url(wrapped) };
};

/** Whoever can open: one key, or all that an agency has and had. */
export type Openers = Opener | readonly Opener[];

const unwrap = async (primitives: Primitives, openers: Openers, recipient: Recipient): Promise<Uint8Array> => {
  const opener = [openers].flat().find(({ thumbprint: kid }) => kid === recipient.kid);
  if (opener === undefined) throw new WaslError('sealed-unreadable');
  const secret = await opener.agree(recipient.epk);
  return primitives.unwrapKey(wrappingKey(secret), bytesOf(recipient.encryptedKey, 40));
};

const bytesOf = (text: string, length: number): Uint8Array => {
  const bytes = decodeBase64url(text);
  if (bytes.length !== length) throw new WaslError('malformed-message', { what: 'JWE' });
  return bytes;
};

// ---- the private part: general JSON serialisation (RFC 7516 section 7.2.1), provider first, audit second ----

const PRIVATE_HEADER = json({ enc: 'A256GCM', typ: 'wasl-private+jwe' });

const recipientJson = ({ kid, epk, encryptedKey }: Recipient): JsonObject => ({
  header: { alg: ALG, epk: { ...epk }, kid },
  encrypted_key: encryptedKey,
});

/**
 * Seals a value for the provider and the audit service. The plaintext carries the ephemeral scalar of the audit recipient, so that the
 * provider can see for itself that both hold one content key: AES-GCM does not commit to its key.
 */
export const sealPrivate = (
  primitives: Primitives,
  to: { readonly provider: OkpPublicJwk; readonly audit: OkpPublicJwk },
  value: JsonObject,
): Uint8Array => {
  const contentKey = primitives.random(32);
  const iv = primitives.random(12);
  // One ephemeral key agrees with both: whoever may open the part learns its scalar, and nothing else is ever wrapped under it.
  const ephemeral = primitives.generateX25519();
  const recipients = [to.provider, to.audit].map((recipient) =>
    wrapFor(primitives, recipient, agreed(ephemeral, recipient), contentKey),
  );
  const plaintext = utf8(canonicalJson({ auditEphemeral: ephemeral.scalar(), value }));
  const gcm = primitives.gcmSealer(contentKey, iv, utf8(PRIVATE_HEADER));
  const ciphertext = gcm.update(plaintext);
  const sealed = utf8(
    canonicalJson({
      protected: PRIVATE_HEADER,
      recipients: recipients.map(recipientJson),
      iv: encodeBase64url(iv),
      ciphertext: encodeBase64url(ciphertext),
      tag: encodeBase64url(gcm.tag()),
    }),
  );
  checkSize(sealed.length, MAX_PRIVATE_BYTES);
  return sealed;
};

interface PrivateMessage {
  readonly provider: JsonObject;
  /** As it was sent: the provider compares it, and the audit service reads it. */
  readonly audit: JsonObject;
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
}

const readRecipient = (value: JsonObject): Recipient => {
  const f = readFields(value, 'JWE recipient');
  const header = f.fields('header');
  header.oneOf('alg', [ALG]);
  const recipient = {
    kid: header.text('kid'),
    epk: parseOkpPublicJwk(header.object('epk')),
    encryptedKey: f.text('encrypted_key'),
  };
  header.done();
  f.done();
  return recipient;
};

const readPrivate = (bytes: Uint8Array): PrivateMessage => {
  checkSize(bytes.length, MAX_PRIVATE_BYTES);
  const value = parseStrictJson(bytes);
  const list = isObject(value) ? value.recipients : undefined;
  const [provider, audit, ...rest] = Array.isArray(list) ? list : [];
  if (!isObject(value) || !isObject(provider) || !isObject(audit) || rest.length > 0) {
    throw new WaslError('malformed-message', { what: 'JWE' });
  }
  const { recipients: _, ...others } = value;
  const f = readFields(others, 'JWE');
  f.oneOf('protected', [PRIVATE_HEADER]);
  const message = {
    provider,
    audit,
    iv: bytesOf(f.text('iv'), 12),
    ciphertext: decodeBase64url(f.text('ciphertext', undefined, MAX_PRIVATE_BYTES)),
    tag: bytesOf(f.text('tag'), 16),
  };
  f.done();
  return message;
};

const readPlaintext = (primitives: Primitives, message: PrivateMessage, contentKey: Uint8Array) => {
  const gcm = primitives.gcmOpener(contentKey, message.iv, utf8(PRIVATE_HEADER), message.tag);
  const bytes = gcm.update(message.ciphertext);
  gcm.end();
  const plaintext = parseStrictJson(bytes);
  if (!isObject(plaintext)) throw new WaslError('malformed-message', { what: 'private part' });
  const f = readFields(plaintext, 'private part');
  const read = { auditEphemeral: f.text('auditEphemeral', /^[A-Za-z0-9_-]{43}$/), value: f.object('value') };
  f.done();
  return read;
};

/** Opens as the provider, and re-derives the audit recipient byte for byte: `audit-envelope-invalid` when the audit service would not read the same. */
export const openPrivateAsProvider = (
  primitives: Primitives,
  openers: Openers,
  audit: OkpPublicJwk,
  bytes: Uint8Array,
): Promise<JsonObject> =>
  opening(async () => {
    const message = readPrivate(bytes);
    const contentKey = await unwrap(primitives, openers, readRecipient(message.provider));
    const { auditEphemeral, value } = readPlaintext(primitives, message, contentKey);
    const expected = wrapFor(primitives, audit, primitives.x25519(auditEphemeral, audit), contentKey);
    if (canonicalJson(recipientJson(expected)) !== canonicalJson(message.audit)) {
      throw new WaslError('audit-envelope-invalid');
    }
    return value;
  });

/** Opens as the audit service. */
export const openPrivateAsAudit = (primitives: Primitives, opener: Opener, bytes: Uint8Array): Promise<JsonObject> =>
  opening(async () => {
    const message = readPrivate(bytes);
    const contentKey = await unwrap(primitives, opener, readRecipient(message.audit));
    return readPlaintext(primitives, message, contentKey).value;
  });

// ---- the sealed document: compact serialisation (RFC 7516 section 7.1), one recipient ----

const TAG_CHARACTERS = encodedLength(16);

/** Seals bytes to one key. `cty` says what is inside and is authenticated. */
export const sealTo = async (
  primitives: Primitives,
  to: OkpPublicJwk,
  plaintext: Uint8Array,
  cty: string,
): Promise<Uint8Array> => {
  checkSize(plaintext.length, MAX_DOCUMENT_BYTES);
  const contentKey = primitives.random(32);
  const iv = primitives.random(12);
  const { kid, epk, encryptedKey } = wrapFor(primitives, to, agreed(primitives.generateX25519(), to), contentKey);
  const header = json({ alg: ALG, cty, enc: 'A256GCM', epk: { ...epk }, kid });
  const gcm = primitives.gcmSealer(contentKey, iv, utf8(header));
  const before = `${header}.${encryptedKey}.${encodeBase64url(iv)}.`;
  const compact = room(before.length + encodedLength(plaintext.length) + 1 + TAG_CHARACTERS);
  let at = put(compact, 0, before);
  await inPieces(primitives.breathe, plaintext.length, (from, end) => {
    at = put(compact, at, encodeBase64url(gcm.update(plaintext.subarray(from, end))));
  });
  put(compact, at, `.${encodeBase64url(gcm.tag())}`);
  return compact;
};

const DOT = 0x2e;

/** Opens what `sealTo` sealed. Errors: `sealed-unreadable`, `malformed-message`, `message-too-large`. */
export const openSealed = (
  primitives: Primitives,
  openers: Openers,
  compact: Uint8Array,
  cty: string,
): Promise<Uint8Array> =>
  opening(async () => {
    checkSize(compact.length, 2 * MAX_DOCUMENT_BYTES);
    const parts = splitBytes(compact, DOT, 6);
    const [head, key, nonce, ciphertext, tag] = parts;
    if (!head || !key || !nonce || !ciphertext || !tag || parts.length > 5) {
      throw new WaslError('malformed-message', { what: 'JWE' });
    }
    const value = parseStrictJson(decodeBase64url(latin1(head)));
    if (!isObject(value)) throw new WaslError('malformed-message', { what: 'JWE' });
    const f = readFields(value, 'JWE header');
    f.oneOf('alg', [ALG]);
    f.oneOf('cty', [cty]);
    f.oneOf('enc', ['A256GCM']);
    const recipient = { kid: f.text('kid'), epk: parseOkpPublicJwk(f.object('epk')), encryptedKey: latin1(key) };
    f.done();
    const contentKey = await unwrap(primitives, openers, recipient);
    const gcm = primitives.gcmOpener(contentKey, bytesOf(latin1(nonce), 12), head, bytesOf(latin1(tag), 16));
    // What is decoded is opened where it stands.
    const plaintext = room(decodedLength(ciphertext.length));
    let at = 0;
    await inPieces(primitives.breathe, ciphertext.length, (from, end) => {
      const next = decodeBase64urlInto(plaintext, at, ciphertext.subarray(from, end));
      plaintext.set(gcm.update(plaintext.subarray(at, next)), at);
      at = next;
    });
    // Nothing of it is anybody's to read before this.
    gcm.end();
    return plaintext;
  });
