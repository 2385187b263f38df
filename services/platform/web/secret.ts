import { timingSafeEqual } from 'node:crypto';
import { sha256 } from '../../kernel/digest.ts';

/** Compares digests, so that neither the place of the first difference nor the length shows in the time. */
export const isSecret = (given: string, secret: string): boolean => {
  const digest = (text: string): Uint8Array => sha256(Buffer.from(text));
  return timingSafeEqual(digest(given), digest(secret));
};
