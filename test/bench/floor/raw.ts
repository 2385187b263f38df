import {
  createCipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type JsonWebKey,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { type Each, OPERATIONS, type Raw, type Shares, type Where } from './operations.ts';

const KEY_WRAP_IV = Buffer.alloc(8, 0xa6);
const LARGEST = 16_384;

/** Each raw operation with keys that stand ready, the fastest way that Node has to it. */
const rawOperations = (): Readonly<Record<Raw, (bytes: number) => unknown>> => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const own = generateKeyPairSync('x25519');
  const peer = generateKeyPairSync('x25519').publicKey;
  const peerJwk = peer.export({ format: 'jwk' });
  const scalarJwk = own.privateKey.export({ format: 'jwk' });
  // Node reads the private half alone and derives the public one.
  const publicOf = (jwk: JsonWebKey) =>
    createPublicKey(createPrivateKey({ key: jwk, format: 'jwk' })).export({ format: 'jwk' });
  const data = randomBytes(LARGEST);
  const key = randomBytes(32);
  const iv = randomBytes(12);
  const signing = { key: ec.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  const verifying = { key: ec.publicKey, dsaEncoding: 'ieee-p1363' } as const;
  const signatures = new Map<number, Buffer>();
  const signatureOf = (bytes: number): Buffer => {
    const held = signatures.get(bytes) ?? sign('sha256', data.subarray(0, bytes), signing);
    signatures.set(bytes, held);
    return held;
  };
  return {
    sign: (bytes) => sign('sha256', data.subarray(0, bytes), signing),
    verify: (bytes) => verify('sha256', data.subarray(0, bytes), verifying, signatureOf(bytes)),
    // Not `generateKeyPairSync`: in Node 20 its job, collected while its own key is exported, locks that key twice, and the process stands still.
    'key pair': () => publicOf({ ...scalarJwk, d: randomBytes(32).toString('base64url') }),
    agree: () => diffieHellman({ privateKey: own.privateKey, publicKey: peer }),
    'agree with a new key': () =>
      diffieHellman({ privateKey: own.privateKey, publicKey: createPublicKey({ key: peerJwk, format: 'jwk' }) }),
    'public key of a scalar': () => publicOf(scalarJwk),
    wrap: () => {
      const cipher = createCipheriv('id-aes256-wrap', key, KEY_WRAP_IV);
      return [cipher.update(key), cipher.final()];
    },
    'AES-256-GCM': (bytes) => {
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      return [cipher.update(data.subarray(0, bytes)), cipher.final(), cipher.getAuthTag()];
    },
  };
};

/** What one exchange costs a process in raw operations, done on the spot; what several exchanges share, as often as there is one. */
export const floorOf = (where: Where): ((shares: Shares) => void) => {
  const raw = rawOperations();
  const own = OPERATIONS.filter((operation) => operation.where === where);
  const due: Record<Each, number> = { exchange: 0, commit: 0, acknowledgement: 0 };
  const kinds = Object.keys(due) as Each[];
  return (shares) => {
    for (const each of kinds) due[each] += shares[each];
    for (const { raw: name, bytes, each } of own) if (due[each] >= 1) raw[name](bytes);
    for (const each of kinds) due[each] %= 1;
  };
};

const WARM = 300;
const MEASURED = 1_000;

/** Microseconds of each operation, measured now on this machine. */
export const measureRaw = (): ReadonlyMap<string, number> => {
  const raw = rawOperations();
  const measured = new Map<string, number>();
  for (const { raw: name, bytes } of OPERATIONS) {
    const label = rawLabel(name, bytes);
    if (measured.has(label)) continue;
    for (let times = 0; times < WARM; times += 1) raw[name](bytes);
    const from = performance.now();
    for (let times = 0; times < MEASURED; times += 1) raw[name](bytes);
    measured.set(label, ((performance.now() - from) * 1000) / MEASURED);
  }
  return measured;
};

export const rawLabel = (raw: Raw, bytes: number): string => `${raw} ${bytes}`;
