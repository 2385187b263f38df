import { type Code, WaslError } from '../../kernel/codes.ts';
import type { RegistryCopy } from '../../kernel/copy.ts';
import { verifyOf } from '../../kernel/copy-agency.ts';
import { type Digest, digestOfText } from '../../kernel/digest.ts';
import { MAX_STATEMENT_CHARACTERS } from '../../kernel/freshness.ts';
import type { Primitives } from '../../kernel/keys.ts';
import { digestInPieces } from '../../kernel/pieces.ts';
import { type AnswerStatement, parseAnswer, type RequestStatement, TYP } from '../../kernel/statements.ts';
import type { ProviderReply } from './ports.ts';

/** What an answer must be an answer to. */
export interface AnswerTo {
  readonly request: RequestStatement;
  readonly requestDigest: Digest;
  readonly requestedReceipt: string;
}

/** Whether a reply is the provider's signed word on exactly this request and receipt, and its sealed document the one it speaks of. */
export const checkAnswer = async (
  primitives: Primitives,
  copy: RegistryCopy,
  { request, requestDigest, requestedReceipt }: AnswerTo,
  reply: ProviderReply,
): Promise<
  { readonly kind: 'good'; readonly answer: AnswerStatement } | { readonly kind: 'bad'; readonly code: Code }
> => {
  const provider = copy.agency(request.provider);
  if (provider === undefined || reply.statement.length > MAX_STATEMENT_CHARACTERS) {
    return { kind: 'bad', code: 'answer-invalid' };
  }
  try {
    const answer = parseAnswer(await verifyOf(primitives, provider, reply.statement, TYP.answer));
    const delivered = answer.outcome === 'delivered';
    const fits =
      answer.provider === request.provider &&
      answer.requester === request.requester &&
      answer.requestId === request.id &&
      answer.request === requestDigest &&
      answer.receipt === digestOfText(requestedReceipt) &&
      answer.claims.every((claim) => request.claims.includes(claim)) &&
      (delivered
        ? answer.document === (await digestInPieces(primitives.breathe, reply.sealedDocument)) &&
          answer.claims.length > 0
        : answer.document === undefined && reply.sealedDocument.length === 0 && answer.claims.length === 0);
    return fits ? { kind: 'good', answer } : { kind: 'bad', code: 'answer-invalid' };
  } catch (error) {
    if (error instanceof WaslError) return { kind: 'bad', code: 'answer-invalid' };
    throw error;
  }
};
