import { readdir } from 'node:fs/promises';
import { readFileJournal } from '../../../adapters/kit/index.ts';
import { MAXIMUM_MERGE_DELAY_MS, parseReceipt } from '../../kernel/batch.ts';
import { WaslError } from '../../kernel/codes.ts';
import { type Digest, digestOfText } from '../../kernel/digest.ts';
import { entryDigest } from '../../kernel/evidence.ts';
import type { JournalBody } from '../../kernel/journal.ts';
import { JOURNALS, type JournalOf, type Layout, layoutOf } from '../development/layout.ts';
import type { End } from '../end.ts';
import { type ReadEvidence, readEvidence } from '../evidence.ts';

export interface JournalFlags {
  readonly data: string;
  /** Every agency of the data folder unless told. */
  readonly as?: string;
  readonly against?: 'bus';
}

/** Whose journals are meant; `no-identity` for an agency that the folder does not hold. */
const agenciesOf = async (layout: Layout, as: string | undefined): Promise<readonly string[]> => {
  const folder = layout.agency('');
  const held = await readdir(folder).catch(() => {
    throw new WaslError('data-folder-unreadable', { folder: layout.root });
  });
  if (as === undefined) return held.sort();
  if (!held.includes(as)) throw new WaslError('no-identity', { folder: layout.agency(as) });
  return [as];
};

/** An agency's own entries, of its adapter and of requests from the command line. */
export const showJournal = async ({ data, as }: JournalFlags): Promise<End> => {
  const layout = layoutOf(data);
  const agencies = await agenciesOf(layout, as);
  const entries: object[] = [];
  const lines: string[] = [];
  for (const agency of agencies) {
    for (const journal of JOURNALS) {
      for await (const { entry } of readFileJournal(layout.journal(agency, journal))) {
        const { sequence, timeMs, body } = entry;
        entries.push({ agency, journal, ...entry });
        const end = body.kind === 'concluded' ? `  ${body.outcome} ${body.code ?? ''}` : '';
        const at = new Date(timeMs).toISOString();
        lines.push(`${agency} ${journal} #${sequence}  ${at}  ${body.kind.padEnd(9)} ${body.requestId}${end}`);
      }
    }
  }
  return {
    kind: 'delivered',
    json: { agencies, entries },
    text: lines.join('\n') || 'nothing has been written down yet',
  };
};

const receiptsOf = (body: JournalBody): readonly string[] => {
  if (body.kind === 'concluded') return body.receipts;
  return body.kind === 'offered' || body.kind === 'receipt' ? [body.receipt] : [];
};

type Receipt = ReturnType<typeof parseReceipt>;

/** A receipt as the journal keeps it. */
const readReceipt = (text: string): Receipt | undefined => {
  try {
    return parseReceipt(text);
  } catch (error) {
    if (error instanceof WaslError) return undefined;
    throw error;
  }
};

/** One that came later was not looked at when it came: it must be of this request, and of the answer that was given to it. */
const fits = ({ entry }: Receipt, { kind, requestId }: JournalBody, answers: ReadonlyMap<string, Digest>): boolean => {
  if (kind !== 'receipt') return true;
  const { body } = entry;
  if (body.kind === 'answered') return body.requestId === requestId && body.answer === answers.get(requestId);
  return body.kind === 'received' && body.requestId === requestId;
};

interface Alarm {
  readonly code: 'receipt-broken' | 'receipt-invalid' | 'evidence-fork' | 'evidence-gap' | 'evidence-unreadable';
  readonly journal?: JournalOf;
  readonly requestId?: string;
  readonly boot?: string;
  readonly sequence?: number;
}

/** What an agency's journals promise it, and what of that does not even fit. */
const readPromises = async (layout: Layout, agencies: readonly string[]) => {
  const held: { readonly journal: JournalOf; readonly receipt: Receipt; readonly heldMs: number }[] = [];
  const alarms: Alarm[] = [];
  const answers = new Map<string, Digest>();
  let entries = 0;
  for (const agency of agencies) {
    for (const journal of JOURNALS) {
      for await (const { entry } of readFileJournal(layout.journal(agency, journal))) {
        const { body, timeMs } = entry;
        entries += 1;
        if (body.kind === 'answered') answers.set(body.requestId, digestOfText(body.statement));
        for (const text of receiptsOf(body)) {
          const receipt = readReceipt(text);
          // The time is that of the journal: a gateway could date its promises so that none ever falls due.
          if (receipt !== undefined && fits(receipt, body, answers)) held.push({ journal, receipt, heldMs: timeMs });
          else alarms.push({ code: 'receipt-invalid', journal, requestId: body.requestId });
        }
      }
    }
  }
  return { held, alarms, entries };
};

/** The log's own faults: bytes that are none of it, a batch that its gateway did not sign, a place told twice, and once a boot a place left out. */
const faultsOf = ({ entries, unreadable }: ReadEvidence): Alarm[] => {
  const alarms: Alarm[] = unreadable > 0 ? [{ code: 'evidence-unreadable' }] : [];
  const gaps = new Set<string>();
  for (const { entry, signature, chain } of entries) {
    const { boot, sequence } = entry;
    if (chain === 'fork' || signature === 'bad') alarms.push({ code: 'evidence-fork', boot, sequence });
    else if (chain === 'gap' && !gaps.has(boot)) {
      gaps.add(boot);
      alarms.push({ code: 'evidence-gap', boot, sequence });
    }
  }
  return alarms;
};

/** Checks the journal's chain, and with `--against bus` that every promise it holds was kept: each receipt's entry stands in the log. */
export const verifyJournal = async ({ data, as, against }: JournalFlags): Promise<End> => {
  const layout = layoutOf(data);
  const agencies = await agenciesOf(layout, as);
  // The journal first: what it promises by now must stand in the log that is read afterwards.
  const { held, alarms, entries } = await readPromises(layout, agencies);
  const evidence = against === 'bus' ? await readEvidence(layout) : undefined;
  const logged = new Map(evidence?.entries.map(({ entry, digest }) => [`${entry.boot} ${entry.sequence}`, digest]));
  let pending = 0;
  let found = 0;
  for (const { journal, receipt, heldMs } of evidence === undefined ? [] : held) {
    const { boot, sequence } = receipt.entry;
    const digest = logged.get(`${boot} ${sequence}`);
    if (digest === entryDigest(receipt.entryBytes)) found += 1;
    else if (digest !== undefined) alarms.push({ code: 'evidence-fork', journal, boot, sequence });
    else if (Date.now() > heldMs + MAXIMUM_MERGE_DELAY_MS)
      alarms.push({ code: 'receipt-broken', journal, boot, sequence });
    else pending += 1;
  }
  if (evidence !== undefined) alarms.push(...faultsOf(evidence));
  const checked = evidence === undefined ? 0 : held.length;
  const said = alarms.map(({ code, boot, sequence, requestId }) => {
    const where = boot === undefined ? '' : `: entry ${sequence} of boot ${boot}`;
    return `ALARM ${code}${where}${requestId === undefined ? '' : `: request ${requestId}`}`;
  });
  return {
    kind: alarms.length === 0 ? 'delivered' : 'failure',
    json: { agencies, entries, receipts: held.length, checked, pending, alarms },
    text: [
      `${agencies.join(', ')}: ${entries} entries, chain whole; ${held.length} receipts${evidence === undefined ? '' : `, ${found} found in the log`}`,
      ...said,
    ].join('\n'),
  };
};
