import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type ECKeyPairOptions,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { encodeBase64url } from '../../kernel/base64url.ts';
import { plain } from '../../kernel/bytes.ts';
import {
  type EcPublicJwk,
  type OkpPublicJwk,
  type Opener,
  type Primitives,
  parseEcPublicJwk,
  type Signer,
  thumbprint,
} from '../../kernel/keys.ts';

export type EcPrivateJwk = EcPublicJwk & { readonly d: string };
export type OkpPrivateJwk = OkpPublicJwk & { readonly d: string };

/** Public keys in use: importing one costs as much as verifying. An ephemeral key is never seen again, and is not kept. */
const imported = new Map<string, KeyObject>();
const IMPORTED_AT_MOST = 1_000;

const importPublic = (jwk: EcPublicJwk | OkpPublicJwk): KeyObject =>
  createPublicKey({ key: { ...jwk } as JsonWebKey, format: 'jwk' });

const publicKey = (jwk: EcPublicJwk | OkpPublicJwk): KeyObject => {
  const name = jwk.kty === 'EC' ? `${jwk.x}.${jwk.y}` : jwk.x;
  const held = imported.get(name);
  if (held !== undefined) return held;
  const key = importPublic(jwk);
  if (imported.size >= IMPORTED_AT_MOST) imported.clear();
  imported.set(name, key);
  return key;
};

/** Random bytes are drawn many at once, as each draw has a cost of its own; each is given once. */
const DRAWN_BYTES = 4_096;
let drawn = Buffer.alloc(0);

const random = (bytes: number): Uint8Array => {
  if (bytes > DRAWN_BYTES / 16) return plain(randomBytes(bytes));
  if (drawn.length < bytes) drawn = randomBytes(DRAWN_BYTES);
  const given = drawn.subarray(0, bytes);
  drawn = drawn.subarray(bytes);
  return plain(given);
};

const okpJwkOf = (key: KeyObject): OkpPublicJwk => {
  const { x = '' } = key.export({ format: 'jwk' });
  return { kty: 'OKP', crv: 'X25519', x };
};

/**
 * A bare X25519 scalar as a key. Node takes the private half of a JWK alone and derives the public one from it (held by the tests of the two
 * recipients); its PKCS #8 decoder, which needs no public half either, is ten times slower.
 */
const scalarKey = (d: string): KeyObject =>
  createPrivateKey({ key: { kty: 'OKP', crv: 'X25519', d, x: NO_X }, format: 'jwk' });
const NO_X = 'A'.repeat(43);

const agree = (privateKey: KeyObject, publicKey: KeyObject): Uint8Array => {
  const secret = new Uint8Array(diffieHellman({ privateKey, publicKey }));
  if (secret.every((byte) => byte === 0)) throw new RangeError('X25519 agreed on zero');
  return secret;
};

const KEY_WRAP_IV = Buffer.alloc(8, 0xa6);

export const primitives: Primitives = {
  random,
  verifyEs256: async (jwk, bytes, signature) => {
    try {
      return verify('sha256', bytes, { key: publicKey(jwk), dsaEncoding: 'ieee-p1363' }, signature);
    } catch {
      // A point that is not on the curve makes no key; to the caller that is a signature which does not hold.
      return false;
    }
  },
  // Any 32 bytes are a scalar (RFC 7748, section 5). Node 20's generateKeyPairSync costs the same, and is not safe with an export afterwards (below).
  generateX25519: () => {
    const d = encodeBase64url(random(32));
    const key = scalarKey(d);
    return { publicJwk: okpJwkOf(key), scalar: () => d, agree: (peer) => agree(key, publicKey(peer)) };
  },
  x25519: (d, peer) => {
    const key = scalarKey(d);
    return { publicJwk: okpJwkOf(key), secret: agree(key, publicKey(peer)) };
  },
  wrapKey: (kek, key) => {
    const cipher = createCipheriv('id-aes256-wrap', kek, KEY_WRAP_IV);
    return new Uint8Array(Buffer.concat([cipher.update(key), cipher.final()]));
  },
  unwrapKey: (kek, wrapped) => {
    const decipher = createDecipheriv('id-aes256-wrap', kek, KEY_WRAP_IV);
    return new Uint8Array(Buffer.concat([decipher.update(wrapped), decipher.final()]));
  },
  gcmSealer: (key, iv, aad) => {
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    cipher.setAAD(aad);
    return {
      update: (plaintext) => cipher.update(plaintext),
      tag: () => {
        cipher.final();
        return new Uint8Array(cipher.getAuthTag());
      },
    };
  },
  gcmOpener: (key, iv, aad, tag) => {
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 });
    decipher.setAAD(aad);
    decipher.setAuthTag(tag);
    return { update: (ciphertext) => decipher.update(ciphertext), end: () => void decipher.final() };
  },
  breathe: () => new Promise((resolve) => setImmediate(resolve)),
};

/** Exported by the job that makes it: in Node 20 that job, collected while its key is exported by others, takes the key's lock twice, and the process stands still. */
export const generateSigningKey = (): EcPrivateJwk => {
  const format = { format: 'jwk' };
  // Node's types do not know this format here.
  const of = { namedCurve: 'P-256', publicKeyEncoding: format, privateKeyEncoding: format };
  const { privateKey } = generateKeyPairSync('ec', of as object as ECKeyPairOptions<'pem', 'pem'>);
  return privateKey as unknown as EcPrivateJwk;
};
export const generateEncryptionKey = (): OkpPrivateJwk => {
  const key = primitives.generateX25519();
  return { ...key.publicJwk, d: key.scalar() };
};

export const signerFromJwk = (jwk: EcPrivateJwk): Signer => {
  const { d: _, ...open } = jwk;
  const publicJwk = parseEcPublicJwk({ ...open });
  const key = createPrivateKey({ key: { ...jwk } as JsonWebKey, format: 'jwk' });
  return {
    publicJwk,
    thumbprint: thumbprint(publicJwk),
    sign: async (bytes) => new Uint8Array(sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' })),
  };
};

export const openerFromJwk = (jwk: OkpPrivateJwk): Opener => {
  const key = scalarKey(jwk.d);
  const publicJwk = okpJwkOf(key);
  return { publicJwk, thumbprint: thumbprint(publicJwk), agree: async (peer) => agree(key, importPublic(peer)) };
};
