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

/**
 * When the answer to a request was put in evidence, ms: by a gateway's receipt in the agency's own journal, which is read from its beginning.
 * Undefined when it holds none that verifies.
 */
export const answeredAt = async (
  primitives: Primitives,
  copy: RegistryCopy,
  journal: Journal,
  request: Digest,
): Promise<number | undefined> => {
  for await (const { entry } of journal.read()) {
    for (const receipt of receiptsIn(entry.body)) {
      if (!answers(receipt, request)) continue;
      const verified = await verifyOurReceipt(primitives, copy, receipt).catch(unlessRefused);
      if (verified !== undefined) return verified.entry.timeMs;
    }
  }
  return undefined;
};
