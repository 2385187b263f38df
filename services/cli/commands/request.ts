import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { WaslError } from '../../kernel/codes.ts';
import { writePrivateFile } from '../../platform/crypto/index.ts';
import { type AskAs, askAs, askedJson } from '../ask.ts';
import { layoutOf } from '../development/layout.ts';
import type { End } from '../end.ts';
import { collectWith, describeOutcome } from '../narrate.ts';
import { readState } from '../state.ts';

export interface RequestFlags {
  readonly data: string;
  readonly as: string;
  readonly from?: string;
  readonly document?: string;
  readonly subject?: string;
  readonly purpose?: string;
  readonly ticket?: string;
  readonly claims?: readonly string[];
  readonly case?: string;
  readonly officer?: string;
  readonly deadline: number;
  readonly identity?: string;
  readonly gateway?: string;
  readonly save?: string;
  readonly retryOf?: string;
}

/** What the flags ask; `bad-usage` names those that are missing, or that a ticket says already. */
const askOf = (flags: RequestFlags): AskAs['ask'] => {
  const { from, document, subject, purpose, claims, case: caseReference, officer, retryOf, ticket } = flags;
  const deadlineMs = flags.deadline;
  if (ticket !== undefined) {
    const said = { from, document, subject, purpose, claims, case: caseReference, 'retry-of': retryOf };
    const twice = Object.entries(said).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`]));
    if (twice.length > 0) throw new WaslError('bad-usage', { what: `a ticket already says ${twice.join(', ')}` });
    return { ticket, deadlineMs, ...(officer === undefined ? {} : { officer }) };
  }
  if (from === undefined || document === undefined || subject === undefined || purpose === undefined) {
    const needed = Object.entries({ from, document, subject, purpose });
    const missing = needed.flatMap(([name, value]) => (value === undefined ? [`--${name}`] : []));
    throw new WaslError('bad-usage', { what: `${missing.join(', ')} missing; or --ticket for what was deferred` });
  }
  return {
    from,
    documentType: document,
    subject,
    purpose,
    deadlineMs,
    ...(claims === undefined ? {} : { claims }),
    ...(caseReference === undefined ? {} : { caseReference }),
    ...(officer === undefined ? {} : { officer }),
    ...(retryOf === undefined ? {} : { retryOf }),
  };
};

/** Makes one request as an agency and tells how it ended. */
export const request = async (flags: RequestFlags): Promise<End> => {
  const ask = askOf(flags);
  if (flags.save !== undefined) {
    await access(dirname(flags.save), constants.W_OK).catch(() => {
      throw new WaslError('bad-usage', { what: `the folder of ${flags.save} cannot be written in` });
    });
  }
  const layout = layoutOf(flags.data);
  const gateway = flags.gateway ?? (await readState(layout)).gateway;
  const identity = flags.identity ?? layout.agency(flags.as);
  const journal =
    flags.identity === undefined ? layout.journal(flags.as, 'requests') : join(identity, 'journal', 'requests');
  const asked = await askAs({ identity, journal, gateway, ask });
  const { outcome } = asked;
  if (flags.save !== undefined && outcome.outcome === 'delivered')
    await writePrivateFile(flags.save, outcome.credential);
  return {
    kind: outcome.outcome,
    json: askedJson(asked),
    text: describeOutcome(outcome, collectWith(flags.as, flags.data), asked.verified),
  };
};
