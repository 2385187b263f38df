import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileSchema } from '../../services/platform/validate/index.ts';
import { type HandlerAnswer, type HandlerCall, SourceUnavailable } from '../kit/index.ts';
import { DEMO_CITIZENS, generatePopulation } from '../population/index.ts';
import { openExports } from './exports.ts';
import { educationHandlers } from './handlers.ts';
import { type Exporter, openExporter } from './source/exporter.ts';
import { schoolRecords } from './source/records.ts';
import { removeExports, writeExport } from './source/write.ts';
import { openTickets } from './tickets.ts';

const HOUR = 3_600_000;
const CERTIFICATE = 'education.secondary-certificate';
const ENROLMENT = 'education.enrolment';
const population = generatePopulation(7, 1_500);
const records = schoolRecords(population);

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'wasl-education-'));
});
afterAll(() => rm(root, { recursive: true }));

const MADE = Date.parse('2026-01-10T02:00:00.000Z');
let clock = MADE;
beforeEach(() => {
  clock = MADE;
});
let folders = 0;

/** A folder with the exporter that writes it, and the handlers that read it. */
async function school(prepare: (exporter: Exporter, folder: string) => Promise<void> = (exporter) => exporter.step()) {
  folders += 1;
  const folder = join(root, String(folders));
  const exporter = await openExporter({ folder, population, now: () => clock });
  await prepare(exporter, folder);
  const exports = openExports({ folder, maxAgeMs: 26 * HOUR, now: () => clock });
  const state = join(folder, 'state');
  const handlers = educationHandlers(exports, await openTickets(state));
  const ask = (type: string, nationalNumber: string, more: Partial<HandlerCall> = {}): Promise<HandlerAnswer> => {
    const handler = handlers[type];
    if (handler === undefined) throw new Error(`no handler of ${type}`);
    return handler({
      requestId: 'r-1',
      subject: { scheme: 'jo:national-number', value: nationalNumber },
      claims: [],
      purpose: 'update-education-level',
      deadline: new Date(clock + 60_000),
      signal: new AbortController().signal,
      ...more,
    });
  };
  return { folder, exporter, exports, ask, state };
}

const { oneCar, child, nobody } = DEMO_CITIZENS;

describe('documents from the nightly export', () => {
  it('gives every document of the population as its schema says, in Arabic and in English', async () => {
    const { ask } = await school();
    for (const [type, rows] of [
      [CERTIFICATE, records.certificates],
      [ENROLMENT, records.enrolments],
    ] as const) {
      const text = await readFile(new URL(`../../schemas/${type}.v1.json`, import.meta.url), 'utf8');
      const schema = compileSchema(type, JSON.parse(text));
      expect(rows.length).toBeGreaterThan(100);
      for (const row of rows) {
        const answer = await ask(type, row.national_number);
        if (answer.kind !== 'found') throw new Error(`${answer.kind} instead of a document`);
        expect(schema.document(answer.document as never)).toEqual([]);
        expect(answer.document).toMatchObject({
          asOf: '2026-01-10T02:00:00.000Z',
          nationalNumber: row.national_number,
          fullName: { ar: row.name_ar, en: row.name_en },
          schoolName: { ar: expect.stringMatching(/^\p{Script=Arabic}/u), en: expect.stringMatching(/^[A-Z]/) },
        });
      }
    }
  });

  it('knows the demo citizens, and says not-found of who is not in the tables', async () => {
    const { ask } = await school();
    expect(await ask(CERTIFICATE, oneCar.nationalNumber)).toMatchObject({ document: { result: 'pass' } });
    expect(await ask(ENROLMENT, child.nationalNumber)).toMatchObject({
      document: { grade: 5, enrolmentStatus: 'enrolled' },
    });
    expect(await ask(CERTIFICATE, child.nationalNumber)).toEqual({ kind: 'not-found' });
    expect(await ask(CERTIFICATE, nobody.nationalNumber)).toEqual({ kind: 'not-found' });
    const subject = { scheme: 'jo:vehicle-plate', value: '12-34567' };
    expect(await ask(CERTIFICATE, '', { subject })).toEqual({ kind: 'not-found' });
  });
});

describe('a late or half-written export', () => {
  const put = (folder: string, name: string) => writeFile(join(folder, name), '');
  const deferredIn = async (asked: ReturnType<typeof school>) => {
    const at = await asked;
    await put(at.folder, 'late');
    await at.exporter.step();
    const answer = await at.ask(CERTIFICATE, oneCar.nationalNumber);
    if (answer.kind !== 'deferred') throw new Error(`${answer.kind} instead of deferred`);
    const collect = (more: { type?: string; number?: string; first?: string; ticket?: string } = {}) =>
      at.ask(more.type ?? CERTIFICATE, more.number ?? oneCar.nationalNumber, {
        requestId: 'r-2',
        collects: { requestId: more.first ?? 'r-1', ticket: more.ticket ?? answer.ticket },
      });
    return { ...at, answer, collect };
  };
  // Nothing is in memory yet: what a person makes late is late for who looks.
  const empty = async () => undefined;

  it('is deferred, and collected with the ticket once a fresh export is there', async () => {
    const { folder, exporter, answer, collect } = await deferredIn(school());
    expect(answer.retryAfterMs).toBeGreaterThan(0);
    expect(answer.ticket).not.toContain(oneCar.nationalNumber);
    expect(await collect()).toEqual(answer);
    await rm(join(folder, 'late'));
    await exporter.step();
    expect(await collect()).toMatchObject({ kind: 'found', document: { asOf: new Date(clock).toISOString() } });
  });

  it('takes a ticket for the request, the document and the person that it was given for alone', async () => {
    const { answer, collect, folder, exporter } = await deferredIn(school(empty));
    const unknown = { kind: 'unknown-ticket' };
    const wrong = [
      () => collect({ first: 'r-3' }),
      () => collect({ type: ENROLMENT }),
      () => collect({ number: DEMO_CITIZENS.noCar.nationalNumber }),
      () => collect({ ticket: '' }),
      () => collect({ ticket: `${answer.ticket}=` }),
      () => collect({ ticket: answer.ticket.replace(/./g, 'é') }),
    ];
    for (const bring of wrong) expect(await bring()).toEqual(unknown);
    await rm(join(folder, 'late'));
    await exporter.step();
    for (const bring of wrong) expect(await bring()).toEqual(unknown);
  });

  it('knows its tickets after a restart and in every replica, and no other agency’s', async () => {
    const { answer, state } = await deferredIn(school(empty));
    const asked = {
      requestId: 'r-1',
      documentType: CERTIFICATE,
      subject: { scheme: 'jo:national-number', value: oneCar.nationalNumber },
    };
    const [one, two] = await Promise.all([openTickets(state), openTickets(state)]);
    expect([one.isFor(answer.ticket, asked), two.isFor(answer.ticket, asked)]).toEqual([true, true]);
    expect((await openTickets(join(state, 'another'))).isFor(answer.ticket, asked)).toBe(false);
  });

  it('is late by its age alone, while nobody writes a newer one', async () => {
    const { ask, exports } = await school();
    await exports.look();
    clock = MADE + 26 * HOUR;
    expect(await ask(CERTIFICATE, oneCar.nationalNumber)).toMatchObject({ kind: 'found' });
    clock += 1;
    expect(await ask(CERTIFICATE, oneCar.nationalNumber)).toMatchObject({ kind: 'deferred' });
    // Whether there is such a record is not known before the export is.
    expect(await ask(CERTIFICATE, nobody.nationalNumber)).toMatchObject({ kind: 'deferred' });
  });

  it('is served from the last complete one while a newer one is half written', async () => {
    const { folder, exporter, exports, ask } = await school();
    const asOf = { document: { asOf: new Date(clock).toISOString() } };
    await put(folder, 'half');
    clock += HOUR;
    await exporter.step();
    await exports.look();
    expect(await ask(CERTIFICATE, oneCar.nationalNumber)).toMatchObject(asOf);
    await rm(join(folder, 'half'));
    await exporter.step();
    await exports.look();
    expect(await ask(CERTIFICATE, oneCar.nationalNumber)).toMatchObject({
      document: { asOf: new Date(clock).toISOString() },
    });
  });

  it('is served no more once it is withdrawn', async () => {
    const { folder, exports, ask } = await school();
    expect(await ask(CERTIFICATE, oneCar.nationalNumber)).toMatchObject({ kind: 'found' });
    await removeExports(folder, () => false);
    await exports.look();
    await expect(ask(CERTIFICATE, oneCar.nationalNumber)).rejects.toBeInstanceOf(SourceUnavailable);
  });

  it('that is not there at all, or cannot be looked at, is a source that does not answer, never not-found', async () => {
    const { folder, ask } = await school(empty);
    await expect(ask(CERTIFICATE, nobody.nationalNumber)).rejects.toBeInstanceOf(SourceUnavailable);
    await rm(folder, { recursive: true });
    await expect(ask(CERTIFICATE, nobody.nationalNumber)).rejects.toBeInstanceOf(SourceUnavailable);
  });
});

it('says ambiguous of a number that two rows carry', async () => {
  const { ask } = await school(async (_, folder) => {
    const [row] = records.certificates;
    if (row !== undefined)
      await writeExport(folder, { ...records, certificates: [row, { ...row, name_en: 'Another' }] }, new Date(clock));
  });
  const number = records.certificates[0]?.national_number ?? '';
  expect(await ask(CERTIFICATE, number)).toEqual({ kind: 'ambiguous' });
});

it('answers nothing once nobody waits', async () => {
  const { ask } = await school();
  await expect(ask(CERTIFICATE, oneCar.nationalNumber, { signal: AbortSignal.abort() })).rejects.toThrow();
});

describe('the key of the tickets', () => {
  it('is for its owner alone, and nothing else is left beside it', async () => {
    const { state } = await school();
    expect((await stat(join(state, 'ticket.key'))).mode & 0o777).toBe(0o600);
    expect(await readdir(state)).toEqual(['ticket.key']);
  });

  it('that was cut short stops the start rather than counting as one', async () => {
    const { state } = await school();
    await writeFile(join(state, 'ticket.key'), 'short');
    await expect(openTickets(state)).rejects.toThrow('is not a key');
  });
});
