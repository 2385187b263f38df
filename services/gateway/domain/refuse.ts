import { CODES } from '../../kernel/codes.ts';
import type { Digest } from '../../kernel/digest.ts';
import type { AgencyId, GatewayId } from '../../kernel/ids.ts';
import { signJws } from '../../kernel/jws.ts';
import type { Signer } from '../../kernel/keys.ts';
import { type RequestStatement, refusalPayload, TYP } from '../../kernel/statements.ts';
import type { Evidence, Exchanged, Refused } from './ports.ts';
import type { RefusalLimit } from './refusal-limit.ts';

export interface RefuseParts {
  readonly evidence: Evidence;
  readonly limit: RefusalLimit;
  readonly signer: Signer;
  readonly gateway: GatewayId;
  readonly now: () => number;
}

/** What is refused: the digest of the bytes as received, and what could be read of them. */
export interface RefusedRequest {
  readonly peer: AgencyId;
  readonly requestDigest: Digest;
  readonly request?: RequestStatement;
  /** Set once the request had been accepted: it then ends with `answered`, not with `refused`. */
  readonly requestedReceipt?: string;
}

/** The outcome that a code stands for when a gateway says it. */
export const outcomeOf = (code: Refused['code']): 'refused' | 'unavailable' =>
  CODES[code].kind === 'unavailable' ? 'unavailable' : 'refused';

/** Records a refusal and signs it for the requester. */
export type Refuse = (of: RefusedRequest, refused: Refused) => Promise<Extract<Exchanged, { kind: 'refusal' }>>;

export const makeRefuse = ({ evidence, limit, signer, gateway, now }: RefuseParts): Refuse => {
  const record = async (of: RefusedRequest, { code }: Refused): Promise<string> => {
    const { peer, requestDigest, request, requestedReceipt } = of;
    if (request !== undefined && requestedReceipt !== undefined) {
      return evidence.record({
        kind: 'answered',
        requestId: request.id,
        request: requestDigest,
        requester: peer,
        provider: request.provider,
        outcome: outcomeOf(code),
        code,
      });
    }
    if (!limit.admit(peer, code)) return '';
    return evidence.record({
      kind: 'refused',
      ...(request === undefined
        ? {}
        : {
            requestId: request.id,
            provider: request.provider,
            documentType: request.documentType,
            purpose: request.purpose,
          }),
      request: requestDigest,
      requester: peer,
      code,
    });
  };
  return async (of, refused) => {
    const { code, params, retryAfterMs } = refused;
    // A refusal gives nobody data: it is told also when its evidence cannot be written, and then carries no receipt. When that is what is
    // wrong, nobody waits for it a second time.
    const recorded = record(of, refused).catch(() => '');
    const receipt = code === 'evidence-unavailable' ? '' : await recorded;
    const statement = await signJws(
      signer,
      TYP.refusal,
      refusalPayload({
        gateway,
        requester: of.peer,
        request: of.requestDigest,
        outcome: outcomeOf(code),
        code,
        params,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        timeMs: now(),
      }),
    );
    const requestId = of.request?.id;
    return {
      kind: 'refusal',
      ...(requestId === undefined ? {} : { requestId }),
      statement,
      receipt,
      requestedReceipt: of.requestedReceipt ?? '',
      code,
    };
  };
};
