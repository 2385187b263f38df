import { parseReceipt } from '../../../services/kernel/batch.ts';
import { unlessRefused, WaslError } from '../../../services/kernel/codes.ts';
import type { RegistryCopy } from '../../../services/kernel/copy.ts';
import type { Digest } from '../../../services/kernel/digest.ts';
import type { JournalBody } from '../../../services/kernel/journal.ts';
import type { Primitives } from '../../../services/kernel/keys.ts';
import { verifyOurReceipt } from '../check-offer.ts';
import type { Journal } from '../journal/index.ts';

const receiptsIn = (body: JournalBody): readonly string[] => {
  if (body.kind === 'concluded') return body.receipts;
  return body.kind === 'receipt' ? [body.receipt] : [];
};

const answers = (receipt: string, request: Digest): boolean => {
  try {
    const { body } = parseReceipt(receipt).entry;
    return body.kind === 'answered' && body.request === request;
  } catch (error) {
    if (error instanceof WaslError) return false;
    throw error;
  }
};

/** A credential as evidence knows it: the digest of the request that it answers, and its own (`credentialDigest`). */
export interface Answering {
  readonly request: Digest;
  readonly credential: Digest;
}

/**
 * When the answer that brought a credential was put in evidence, ms: by a gateway's receipt in the agency's own journal, which is read from its
 * beginning, and no earlier than the journal itself has it: a stolen gateway dates its receipts as it likes. Undefined when it holds none that verifies,
 * or has another credential, or none, for that answer.
 */
export const answeredAt = async (
  primitives: Primitives,
  copy: RegistryCopy,
  journal: Journal,
  { request, credential }: Answering,
): Promise<number | undefined> => {
  const writtenMs = new Map<string, number>();
  for await (const { entry } of journal.read()) {
    const { body, timeMs } = entry;
    const brought = body.kind === 'concluded' || body.kind === 'answered';
    if (brought && body.credential === credential) writtenMs.set(body.requestId, timeMs);
    for (const receipt of receiptsIn(body)) {
      const heldMs = 'requestId' in body ? writtenMs.get(body.requestId) : undefined;
      if (heldMs === undefined || !answers(receipt, request)) continue;
      const verified = await verifyOurReceipt(primitives, copy, receipt).catch(unlessRefused);
      if (verified !== undefined) return Math.max(verified.entry.timeMs, heldMs);
    }
  }
  return undefined;
};
