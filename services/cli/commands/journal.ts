import { readFileJournal } from '../../../adapters/kit/index.ts';
import { MAXIMUM_MERGE_DELAY_MS, parseReceipt } from '../../kernel/batch.ts';
import type { JournalBody } from '../../kernel/journal.ts';
import { JOURNALS, type JournalOf, layoutOf } from '../development/layout.ts';
import type { End } from '../end.ts';
import { readEvidence } from '../evidence.ts';

export interface JournalFlags {
  readonly data: string;
  readonly as: string;
  readonly against?: 'bus';
}

/** An agency's own entries, of its adapter and of requests from the command line. */
export const showJournal = async ({ data, as }: JournalFlags): Promise<End> => {
  const layout = layoutOf(data);
  const entries: object[] = [];
  const lines: string[] = [];
  for (const of of JOURNALS) {
    for await (const { entry } of readFileJournal(layout.journal(as, of))) {
      const { sequence, timeMs, body } = entry;
      entries.push({ journal: of, ...entry });
      const end = body.kind === 'concluded' ? `  ${body.outcome}${body.code === undefined ? '' : ` ${body.code}`}` : '';
      lines.push(
        `${of} #${sequence}  ${new Date(timeMs).toISOString()}  ${body.kind.padEnd(9)} ${body.requestId}${end}`,
      );
    }
  }
  return {
    kind: 'delivered',
    json: { agency: as, entries },
    text: lines.join('\n') || `the journal of ${as} is empty`,
  };
};

const receiptsOf = (body: JournalBody): readonly string[] => {
  if (body.kind === 'concluded') return body.receipts;
  return body.kind === 'offered' || body.kind === 'receipt' ? [body.receipt] : [];
};

interface Alarm {
  readonly code: 'receipt-broken' | 'evidence-fork';
  readonly journal: JournalOf;
  readonly boot: string;
  readonly sequence: number;
}

/** Checks the journal's chain, and with `--against bus` that every promise it holds was kept: each receipt's entry stands in the log. */
export const verifyJournal = async ({ data, as, against }: JournalFlags): Promise<End> => {
  const layout = layoutOf(data);
  // The journal first: what it promises by now must stand in the log that is read afterwards.
  const held: { journal: JournalOf; receipt: ReturnType<typeof parseReceipt> }[] = [];
  let entries = 0;
  for (const journal of JOURNALS) {
    for await (const { entry } of readFileJournal(layout.journal(as, journal))) {
      entries += 1;
      for (const text of receiptsOf(entry.body)) held.push({ journal, receipt: parseReceipt(text) });
    }
  }
  const evidence = against === 'bus' ? await readEvidence(layout) : undefined;
  const logged = new Map(evidence?.entries.map(({ entry, digest }) => [`${entry.boot} ${entry.sequence}`, digest]));
  const alarms: Alarm[] = [];
  let pending = 0;
  for (const { journal, receipt } of evidence === undefined ? [] : held) {
    const { boot, sequence, leaf, timeMs } = receipt;
    const digest = logged.get(`${boot} ${sequence}`);
    if (digest === leaf) continue;
    if (digest !== undefined) alarms.push({ code: 'evidence-fork', journal, boot, sequence });
    else if (Date.now() > timeMs + MAXIMUM_MERGE_DELAY_MS)
      alarms.push({ code: 'receipt-broken', journal, boot, sequence });
    else pending += 1;
  }
  const checked = evidence === undefined ? 0 : held.length;
  const said = alarms.map(({ code, boot, sequence }) => `ALARM ${code}: entry ${sequence} of boot ${boot}`);
  return {
    kind: alarms.length === 0 ? 'delivered' : 'failure',
    json: { agency: as, entries, receipts: held.length, checked, pending, alarms },
    text: [
      `the journal of ${as}: ${entries} entries, chain whole; ${held.length} receipts${evidence === undefined ? '' : `, ${checked - alarms.length - pending} found in the log`}`,
      ...said,
    ].join('\n'),
  };
};
