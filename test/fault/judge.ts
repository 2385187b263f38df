import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readFileJournal } from '../../adapters/kit/index.ts';
import { statusOf } from '../../services/cli/commands/trace.ts';
import type { ReadEntry } from '../../services/cli/evidence.ts';
import { gatherPromises, keptIn } from '../../services/cli/promises.ts';
import type { RegistryCopy } from '../../services/kernel/copy.ts';
import { digestOfText } from '../../services/kernel/digest.ts';
import { type EntryBody, requestsOf } from '../../services/kernel/evidence.ts';
import { EMPTY_HEAD, type JournalEntry, lineDigest, readJournalLine } from '../../services/kernel/journal.ts';
import { readJws } from '../../services/kernel/jws.ts';
import { type JournalHead, parseAnswer, parseRequest, TYP } from '../../services/kernel/statements.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import type { Pool } from '../../services/platform/store/index.ts';
import { readSoundLog } from './judge-log.ts';

/** Where the evidence of all parties lies: the log, the requester's journal (a file), the provider's (a table), and what its handler wrote. */
export interface Places {
  readonly bus: Bus;
  readonly copy: RegistryCopy;
  readonly asker: string;
  readonly provider: Pool;
  readonly calls: string;
}

interface Call {
  readonly requestId: string;
  readonly replica: string;
  readonly timeMs: number;
}

/** All that is written of one request, by whom. Times are ms since the epoch. */
export interface Facts {
  /** When the requester wrote it down. */
  readonly askedMs: number | undefined;
  readonly retryOf: string | undefined;
  /** The outcome or code with which the requester wrote that it ended, and when. */
  readonly how: string | undefined;
  readonly endedMs: number | undefined;
  /** As `wasl trace` would show it; undefined when the log does not know it. */
  readonly trace: string | undefined;
  /** Whether the provider's journal has it, when the handler was called for it, and whether it was answered. */
  readonly offered: boolean;
  readonly calledMs: number | undefined;
  readonly answered: boolean;
}

export interface Verdict {
  readonly facts: ReadonlyMap<string, Facts>;
  readonly unanswered: readonly string[];
}

interface Held {
  readonly entries: readonly JournalEntry[];
  /** The digest of each line: what a signed head of that size names. */
  readonly digests: readonly string[];
}

const collect = async (lines: AsyncIterable<{ entry: JournalEntry; line: string }>): Promise<Held> => {
  const entries: JournalEntry[] = [];
  const digests: string[] = [];
  for await (const { entry, line } of lines) {
    entries.push(entry);
    digests.push(lineDigest(line));
  }
  return { entries, digests };
};

/** The table's chain by nothing but its rows and the rule of the chain, up to the head that stands. */
async function* readTable(pool: Pool): AsyncGenerator<{ entry: JournalEntry; line: string }> {
  const { rows: heads } = await pool.query('select size, digest from wasl_journal.head');
  const { rows } = await pool.query('select line from wasl_journal.entries order by sequence limit $1', [
    heads[0].size,
  ]);
  let reached = EMPTY_HEAD;
  for (const { line } of rows) {
    const { entry, head } = readJournalLine(reached, line);
    reached = head;
    yield { entry, line };
  }
  expect(reached).toEqual({ size: Number(heads[0].size), head: heads[0].digest });
}

/** What the handlers of all replicas, dead and alive, wrote before they did anything. */
export const readCalls = async (folder: string): Promise<Call[]> => {
  const texts = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap((text) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Call),
  );
};

const bodiesOf = <K extends JournalEntry['body']['kind']>({ entries }: Held, kind: K) =>
  entries.flatMap(({ body, timeMs }) =>
    body.kind === kind ? [{ body: body as Extract<JournalEntry['body'], { kind: K }>, timeMs }] : [],
  );
const loggedOf = <K extends EntryBody['kind']>(log: readonly ReadEntry[], kind: K) =>
  log.flatMap(({ entry: { body, timeMs }, beside }) =>
    body.kind === kind ? [{ body: body as Extract<EntryBody, { kind: K }>, timeMs, beside }] : [],
  );

/**
 * Reads everything anew, believes nobody, writes nothing, and holds it to what no death may break. `delivered` are the requests whose
 * document came out of the requester's own face. Nothing may be in flight.
 */
export const judge = async (places: Places, delivered: readonly string[]): Promise<Verdict> => {
  // Journals before the log: what they were promised must stand in it.
  const asker = await collect(readFileJournal(places.asker));
  const provider = await collect(readTable(places.provider));
  const calls = await readCalls(places.calls);
  const log = await readSoundLog(places.bus, places.copy);

  const promises = gatherPromises();
  for (const entry of asker.entries) promises.take('asker', entry);
  for (const entry of provider.entries) promises.take('provider', entry);
  const { held } = promises;
  expect(promises.alarms).toEqual([]);
  expect(keptIn(log, held, Date.now())).toEqual({ found: held.length, pending: 0, alarms: [] });

  const requested = new Map(loggedOf(log, 'requested').map((found) => [String(found.body.requestId), found]));
  const answered = loggedOf(log, 'answered');
  const withDocument = new Set(
    answered.flatMap(({ body }) =>
      body.outcome === 'delivered' && body.document !== undefined ? [String(body.requestId)] : [],
    ),
  );
  expect(delivered.filter((id) => !requested.has(id) || !withDocument.has(id))).toEqual([]);
  expect(new Set(delivered).size).toBe(delivered.length);

  // Each call had its entry first, by id and by the clock that all processes of this machine share; and no id was called twice.
  const first = ({ requestId, timeMs }: Call): boolean => (requested.get(requestId)?.timeMs ?? Infinity) <= timeMs;
  expect(calls.filter((call) => !first(call))).toEqual([]);
  expect(new Set(calls.map(({ requestId }) => requestId)).size).toBe(calls.length);

  const asks = new Map(bodiesOf(asker, 'asked').map((found) => [found.body.requestId, found]));
  const ends = new Map(bodiesOf(asker, 'concluded').map((found) => [found.body.requestId, found]));
  const offered = new Map(bodiesOf(provider, 'offered').map((found) => [found.body.requestId, found]));
  const answers = new Map(bodiesOf(provider, 'answered').map((found) => [found.body.requestId, found]));
  expect(calls.filter(({ requestId }) => !offered.has(requestId))).toEqual([]);
  expect(delivered.filter((id) => ends.get(id)?.body.outcome !== 'delivered')).toEqual([]);

  // And the other way: what the log says that the agencies signed stands in their own journals, with a head that their chain had.
  const anchored = ({ entries, digests }: Held, { size, head }: JournalHead): boolean =>
    size <= entries.length && (digests[size - 1] ?? null) === head;
  const foreign = [...requested.values()].filter(({ body, beside: { statement = '' } }) => {
    const { journal } = parseRequest(readJws(statement, TYP.request).payload);
    const own = asks.get(body.requestId)?.body.statement === statement;
    return !own || digestOfText(statement) !== body.request || !anchored(asker, journal);
  });
  expect(foreign).toEqual([]);
  const unsaid = answered.filter(({ body, beside: { statement } }) => {
    // Ended by the gateway, without a word of the provider's.
    if (statement === undefined) return body.answer !== undefined || body.outcome === 'delivered';
    const { journal } = parseAnswer(readJws(statement, TYP.answer).payload);
    return answers.get(body.requestId)?.body.statement !== statement || !anchored(provider, journal);
  });
  expect(unsaid).toEqual([]);

  const byId = new Map<string, ReadEntry[]>();
  for (const read of log) {
    for (const id of requestsOf(read.entry.body)) byId.set(id, [...(byId.get(id) ?? []), read]);
  }
  const called = new Map(calls.map(({ requestId, timeMs }) => [requestId, timeMs]));
  const ids = new Set([...asks.keys(), ...byId.keys()]);
  const facts = new Map(
    [...ids].map((id): [string, Facts] => {
      const [ask, end, found] = [asks.get(id), ends.get(id), byId.get(id)];
      const request = ask === undefined ? undefined : parseRequest(readJws(ask.body.statement, TYP.request).payload);
      const of = {
        askedMs: ask?.timeMs,
        retryOf: request?.retryOf,
        how: end?.body.code ?? end?.body.outcome,
        endedMs: end?.timeMs,
        trace: found === undefined ? undefined : statusOf(found),
        offered: offered.has(id),
        calledMs: called.get(id),
        answered: answers.has(id),
      };
      return [id, of];
    }),
  );
  // A repetition names a request of the same asker that ended without an answer, and that was repeated once.
  const repeated = [...facts.values()].flatMap(({ retryOf }) => (retryOf === undefined ? [] : [retryOf]));
  expect(repeated.filter((id) => facts.get(id)?.how !== 'gateway-unreachable')).toEqual([]);
  expect(new Set(repeated).size).toBe(repeated.length);

  // Whatever the provider was asked for and the log holds no answer to is shown as just that.
  const unanswered = [...facts].flatMap(([id, { trace }]) => (trace === 'unanswered' ? [id] : []));
  const hidden = [...requested.keys()].filter(
    (id) => !answered.some(({ body }) => body.requestId === id) && facts.get(id)?.trace !== 'unanswered',
  );
  expect(hidden).toEqual([]);
  return { facts, unanswered };
};
