import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readFileJournal } from '../../../adapters/kit/index.ts';
import { WaslError } from '../../kernel/codes.ts';
import { requestsIn } from '../../kernel/journal.ts';
import { JOURNALS, type Layout, layoutOf } from '../development/layout.ts';
import type { End } from '../end.ts';
import { readEvidence } from '../evidence.ts';
import { faultsOf, gatherPromises, keptIn, unrecordedIn } from '../promises.ts';

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

/** What the agencies' journals hold, each link of their chains verified. */
async function* entriesOf(layout: Layout, agencies: readonly string[]) {
  for (const agency of agencies) {
    for (const journal of JOURNALS) {
      const folder = layout.journal(agency, journal);
      for await (const { entry } of readFileJournal(folder)) yield { agency, journal, entry };
      // What it wrote down of its status lists is a chain of its own.
      for await (const { entry } of readFileJournal(join(folder, 'status')))
        yield { agency, journal: `${journal}/status`, entry };
    }
  }
}

/** An agency's own entries, of its adapter and of requests from the command line. */
export const showJournal = async ({ data, as }: JournalFlags): Promise<End> => {
  const layout = layoutOf(data);
  const agencies = await agenciesOf(layout, as);
  const entries: object[] = [];
  const lines: string[] = [];
  for await (const { agency, journal, entry } of entriesOf(layout, agencies)) {
    const { sequence, timeMs, body } = entry;
    entries.push({ agency, journal, ...entry });
    const end = body.kind === 'concluded' ? `  ${body.outcome} ${body.code ?? ''}` : '';
    const at = new Date(timeMs).toISOString();
    lines.push(`${agency} ${journal} #${sequence}  ${at}  ${body.kind.padEnd(12)} ${requestsIn(body).join(' ')}${end}`);
  }
  return {
    kind: 'delivered',
    json: { agencies, entries },
    text: lines.join('\n') || 'nothing has been written down yet',
  };
};

/** Checks the journal's chain, and with `--against bus` that every promise it holds was kept: each receipt's entry stands in the log. */
export const verifyJournal = async ({ data, as, against }: JournalFlags): Promise<End> => {
  const layout = layoutOf(data);
  const agencies = await agenciesOf(layout, as);
  const promises = gatherPromises();
  let entries = 0;
  // The journal first: what it promises by now must stand in the log that is read afterwards.
  for await (const { journal, entry } of entriesOf(layout, agencies)) {
    entries += 1;
    promises.take(journal, entry);
  }
  const { held } = promises;
  const evidence = against === 'bus' ? await readEvidence(layout) : undefined;
  const { found, pending, ...looked } = keptIn(evidence?.entries ?? [], evidence === undefined ? [] : held, Date.now());
  const unrecorded = evidence === undefined ? 0 : unrecordedIn(evidence.entries, promises.answers, Date.now());
  const faults = evidence === undefined ? [] : faultsOf(evidence);
  const alarms = [...promises.alarms, ...looked.alarms, ...faults];
  const checked = evidence === undefined ? 0 : held.length;
  const said = alarms.map(({ code, boot, sequence, requestId }) => {
    const where = boot === undefined ? '' : `: entry ${sequence} of boot ${boot}`;
    return `ALARM ${code}${where}${requestId === undefined ? '' : `: request ${requestId}`}`;
  });
  return {
    kind: alarms.length === 0 ? 'delivered' : 'failure',
    json: { agencies, entries, receipts: held.length, checked, pending, unrecorded, alarms },
    text: [
      `${agencies.join(', ')}: ${entries} entries, chain whole; ${held.length} receipts${evidence === undefined ? '' : `, ${found} found in the log`}`,
      ...(unrecorded === 0 ? [] : [`${unrecorded} answers that the log does not hold`]),
      ...said,
    ].join('\n'),
  };
};
