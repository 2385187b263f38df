import { readdir } from 'node:fs/promises';
import { readFileJournal } from '../../../adapters/kit/index.ts';
import { MAXIMUM_MERGE_DELAY_MS, parseReceipt } from '../../kernel/batch.ts';
import { WaslError } from '../../kernel/codes.ts';
import type { JournalBody } from '../../kernel/journal.ts';
import { JOURNALS, type JournalOf, type Layout, layoutOf } from '../development/layout.ts';
import type { End } from '../end.ts';
import { readEvidence } from '../evidence.ts';

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

interface Alarm {
  readonly code: 'receipt-broken' | 'evidence-fork';
  readonly journal?: JournalOf;
  readonly boot: string;
  readonly sequence: number;
}

/** Checks the journal's chain, and with `--against bus` that every promise it holds was kept: each receipt's entry stands in the log. */
export const verifyJournal = async ({ data, as, against }: JournalFlags): Promise<End> => {
  const layout = layoutOf(data);
  // The journal first: what it promises by now must stand in the log that is read afterwards.
  const held: { journal: JournalOf; receipt: ReturnType<typeof parseReceipt> }[] = [];
  let entries = 0;
  const agencies = await agenciesOf(layout, as);
  for (const agency of agencies) {
    for (const journal of JOURNALS) {
      for await (const { entry } of readFileJournal(layout.journal(agency, journal))) {
        entries += 1;
        for (const text of receiptsOf(entry.body)) held.push({ journal, receipt: parseReceipt(text) });
      }
    }
  }
  const evidence = against === 'bus' ? await readEvidence(layout) : undefined;
  const logged = new Map(evidence?.entries.map(({ entry, digest }) => [`${entry.boot} ${entry.sequence}`, digest]));
  const alarms: Alarm[] = [];
  let pending = 0;
  let found = 0;
  for (const { journal, receipt } of evidence === undefined ? [] : held) {
    const { boot, sequence, leaf, timeMs } = receipt;
    const digest = logged.get(`${boot} ${sequence}`);
    if (digest === leaf) found += 1;
    else if (digest !== undefined) alarms.push({ code: 'evidence-fork', journal, boot, sequence });
    else if (Date.now() > timeMs + MAXIMUM_MERGE_DELAY_MS)
      alarms.push({ code: 'receipt-broken', journal, boot, sequence });
    else pending += 1;
  }
  // The log's own faults: the same place told twice, or a batch that its gateway did not sign.
  for (const { entry, signature, chain } of evidence?.entries ?? []) {
    const { boot, sequence } = entry;
    if (chain === 'fork' || signature === 'bad') alarms.push({ code: 'evidence-fork', boot, sequence });
  }
  const checked = evidence === undefined ? 0 : held.length;
  const said = alarms.map(({ code, boot, sequence }) => `ALARM ${code}: entry ${sequence} of boot ${boot}`);
  return {
    kind: alarms.length === 0 ? 'delivered' : 'failure',
    json: { agencies, entries, receipts: held.length, checked, pending, alarms },
    text: [
      `${agencies.join(', ')}: ${entries} entries, chain whole; ${held.length} receipts${evidence === undefined ? '' : `, ${found} found in the log`}`,
      ...said,
    ].join('\n'),
  };
};
