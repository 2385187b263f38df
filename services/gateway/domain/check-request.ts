import { type Code, type Params, WaslError } from '../../kernel/codes.ts';
import type { RegistryCopy } from '../../kernel/copy.ts';
import { strange } from '../../kernel/decide.ts';
import { digestOf } from '../../kernel/digest.ts';
import { MAX_STATEMENT_CHARACTERS, staleness } from '../../kernel/freshness.ts';
import type { BootId } from '../../kernel/ids.ts';
import { MAX_PRIVATE_BYTES } from '../../kernel/jwe.ts';
import { readJws } from '../../kernel/jws.ts';
import { type Primitives, thumbprint } from '../../kernel/keys.ts';
import { parseRequest, type RequestStatement, TYP } from '../../kernel/statements.ts';
import type { Asked } from './ports.ts';

export type Checked =
  | { readonly kind: 'good'; readonly request: RequestStatement }
  /** `request` is what could be read, not what could be believed. */
  | { readonly kind: 'bad'; readonly code: Code; readonly params: Params; readonly request?: RequestStatement };

/**
 * Whether a request is whole, from whom it says, over the bytes it came with, fresh, and addressed to this boot (design, section 3,
 * step 2). Decides nothing about agreements.
 */
export const checkRequest = async (
  primitives: Primitives,
  asked: Asked,
  { copy, boot, nowMs }: { readonly copy: RegistryCopy; readonly boot: BootId; readonly nowMs: number },
): Promise<Checked> => {
  let request: RequestStatement | undefined;
  const bad = (code: Code, params: Params = {}): Checked => ({
    kind: 'bad',
    code,
    params,
    ...(request === undefined ? {} : { request }),
  });
  try {
    if (asked.statement.length > MAX_STATEMENT_CHARACTERS) {
      return bad('message-too-large', { limit: MAX_STATEMENT_CHARACTERS });
    }
    if (asked.privatePart.length > MAX_PRIVATE_BYTES) return bad('message-too-large', { limit: MAX_PRIVATE_BYTES });
    const signed = readJws(asked.statement, TYP.request);
    request = parseRequest(signed.payload);
    if (request.requester !== asked.peer) return bad('signer-mismatch', { agency: asked.peer });

    const requester = copy.agency(asked.peer);
    if (requester?.status !== 'active') return bad(strange(requester?.status), { agency: asked.peer });
    const keys = requester.live(signed.kid);
    if (keys === undefined) {
      const another = copy.agencies().some((one) => one.live(signed.kid) !== undefined);
      return bad(another ? 'signer-mismatch' : 'unknown-key', { agency: asked.peer });
    }
    await signed.verify(primitives, keys.signing);
    if (digestOf(asked.privatePart) !== request.privatePart) return bad('signature-invalid');
    if (request.encryptionKey !== thumbprint(keys.encryption)) return bad('encryption-key-mismatch');

    const stale = staleness(request, nowMs);
    if (stale !== undefined) return bad(stale);
    if (request.boot !== boot) return bad('other-boot');
    return { kind: 'good', request };
  } catch (error) {
    if (error instanceof WaslError) return bad(error.code, error.params);
    throw error;
  }
};
