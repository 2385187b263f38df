import { createPrivateKey, createPublicKey, generateKeyPairSync, type JsonWebKey, sign, verify } from 'node:crypto';
import { type EcPublicJwk, type Primitives, parseEcPublicJwk, type Signer, thumbprint } from '../../kernel/keys.ts';

export type EcPrivateJwk = EcPublicJwk & { readonly d: string };

export const primitives: Primitives = {
  verifyEs256: async (jwk, bytes, signature) => {
    try {
      const key = createPublicKey({ key: { ...jwk } as JsonWebKey, format: 'jwk' });
      return verify('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }, signature);
    } catch {
      // A point that is not on the curve makes no key; to the caller that is a signature which does not hold.
      return false;
    }
  },
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

export const generateSigningKey = (): EcPrivateJwk =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) as EcPrivateJwk;
