import { join } from 'node:path';
import type { Outcome } from '../../../adapters/kit/index.ts';
import { writePrivateFile } from '../../platform/crypto/index.ts';
import { askAs } from '../ask.ts';
import { layoutOf } from '../development/layout.ts';
import type { End } from '../end.ts';
import { describeOutcome } from '../narrate.ts';
import { readState } from '../state.ts';

export interface RequestFlags {
  readonly data: string;
  readonly as: string;
  readonly from: string;
  readonly document: string;
  readonly subject: string;
  readonly purpose: string;
  readonly claims?: readonly string[];
  readonly case?: string;
  readonly officer?: string;
  readonly deadline: number;
  readonly identity?: string;
  readonly gateway?: string;
  readonly save?: string;
  readonly retryOf?: string;
}

/** Makes one request as an agency and tells how it ended. */
export const request = async (flags: RequestFlags): Promise<End> => {
  const layout = layoutOf(flags.data);
  const gateway = flags.gateway ?? (await readState(layout)).gateway;
  const identity = flags.identity ?? layout.agency(flags.as);
  const journal =
    flags.identity === undefined ? layout.journal(flags.as, 'requests') : join(identity, 'journal', 'requests');
  const { claims, case: caseReference, officer, retryOf } = flags;
  const { outcome, tookMs } = await askAs({
    identity,
    journal,
    gateway,
    subject: flags.subject,
    ask: {
      from: flags.from,
      documentType: flags.document,
      purpose: flags.purpose,
      deadlineMs: flags.deadline,
      ...(claims === undefined ? {} : { claims }),
      ...(caseReference === undefined ? {} : { caseReference }),
      ...(officer === undefined ? {} : { officer }),
      ...(retryOf === undefined ? {} : { retryOf }),
    },
  });
  if (flags.save !== undefined && outcome.outcome === 'delivered')
    await writePrivateFile(flags.save, outcome.credential);
  return { kind: outcome.outcome, json: jsonOf(outcome, tookMs), text: describeOutcome(outcome) };
};

/** An outcome as --json prints it: receipts parsed, so that they can be read. */
export const jsonOf = (outcome: Outcome, tookMs: number): object => {
  const { receipts, ...rest } = outcome;
  const parsed = (text: string | undefined): unknown => (text === undefined ? null : JSON.parse(text));
  return {
    ...rest,
    receipt: parsed(receipts.ended),
    requestedReceipt: parsed(receipts.requested),
    tookMs: Math.round(tookMs),
  };
};
