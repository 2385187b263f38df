import { encodeBase64url } from './base64url.ts';
import { digestOf } from './digest.ts';
import type { Primitives } from './keys.ts';

/**
 * Primitives that remember the last good signatures, by key, bytes and signature: many receipts stand on the one signature of their group
 * commit. What was not good is looked at again.
 */
export const rememberLately = (primitives: Primitives, atMost: number): Primitives => {
  const good = new Set<string>();
  return {
    ...primitives,
    verifyEs256: async (jwk, bytes, signature) => {
      const name = `${jwk.x}${jwk.y}${digestOf(bytes)}${encodeBase64url(signature)}`;
      if (good.has(name)) return true;
      if (!(await primitives.verifyEs256(jwk, bytes, signature))) return false;
      for (const oldest of good) {
        if (good.size < atMost) break;
        good.delete(oldest);
      }
      good.add(name);
      return true;
    },
  };
};
