import { utf8 } from '../../kernel/bytes.ts';
import { WaslError } from '../../kernel/codes.ts';
import { verifyOf } from '../../kernel/copy-agency.ts';
import { digestOf } from '../../kernel/digest.ts';
import type { EntryBody } from '../../kernel/evidence.ts';
import { MAX_STATEMENT_CHARACTERS } from '../../kernel/freshness.ts';
import type { AgencyId } from '../../kernel/ids.ts';
import type { Primitives } from '../../kernel/keys.ts';
import { parseAcknowledgement, TYP } from '../../kernel/statements.ts';
import type { Deliveries } from './deliveries.ts';
import type { Evidence, HoldCopy } from './ports.ts';

/**
 * Records a requester's signed word that it holds documents, as one entry `received`; resolves with its receipt. Any gateway takes it, also
 * one that did not carry the requests and has read of them; each delivery once, and the entry names those that it ended. Throws the refusal when
 * there is none: no entry, so no flood of them.
 */
export const makeAcknowledge =
  ({
    primitives,
    copy: holdCopy,
    evidence,
    deliveries,
    now,
  }: {
    readonly primitives: Primitives;
    readonly copy: HoldCopy;
    readonly evidence: Evidence;
    readonly deliveries: Deliveries;
    readonly now: () => number;
  }) =>
  async (peer: AgencyId, text: string): Promise<string> => {
    if (text.length > MAX_STATEMENT_CHARACTERS) {
      throw new WaslError('message-too-large', { limit: MAX_STATEMENT_CHARACTERS });
    }
    const requester = holdCopy()?.agency(peer);
    if (requester === undefined) throw new WaslError('unknown-agency', { agency: peer });
    const statement = parseAcknowledgement(await verifyOf(primitives, requester, text, TYP.acknowledgement));
    if (statement.requester !== peer) throw new WaslError('signer-mismatch', { agency: peer });
    const taken = deliveries.take(statement);
    if (taken.length === 0) throw new WaslError('nothing-to-acknowledge');
    const body: EntryBody = {
      kind: 'received',
      acknowledgement: digestOf(utf8(text)),
      requester: peer,
      provider: statement.provider,
      deliveries: taken.map(({ requestId, request }) => ({ requestId, request })),
    };
    return evidence.record(body, { statement: text }).catch((error: unknown) => {
      // It may be said again: whether the entry stands is not known.
      for (const delivered of taken) deliveries.see(delivered, now());
      throw error;
    });
  };
