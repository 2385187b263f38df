import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileSchema } from '../../services/platform/validate/index.ts';
import type { HandlerAnswer, HandlerCall } from '../kit/index.ts';
import { DEMO_CITIZENS, generatePopulation } from '../population/index.ts';
import { openExports } from './exports.ts';
import { educationHandlers } from './handlers.ts';
import { type Exporter, openExporter } from './source/exporter.ts';
import { schoolRecords } from './source/records.ts';
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

const clock = Date.parse('2026-01-10T02:00:00.000Z');
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
    expect(await ask(ENROLMENT, child.nationalNumber)).toMatchObject({ document: { grade: 5, status: 'enrolled' } });
    expect(await ask(CERTIFICATE, child.nationalNumber)).toEqual({ kind: 'not-found' });
    expect(await ask(CERTIFICATE, nobody.nationalNumber)).toEqual({ kind: 'not-found' });
    const subject = { scheme: 'jo:vehicle-plate', value: '12-34567' };
    expect(await ask(CERTIFICATE, '', { subject })).toEqual({ kind: 'not-found' });
  });
});

describe('a late or half-written export', () => {
  it('is deferred, and collected with the ticket once a fresh export is there', async () => {
    const { folder, exporter, ask } = await school();
    await writeFile(join(folder, 'late'), '');
    await exporter.step();
    const deferred = await ask(CERTIFICATE, oneCar.nationalNumber);
    if (deferred.kind !== 'deferred') throw new Error(`${deferred.kind} instead of deferred`);
    expect(deferred.retryAfterMs).toBeGreaterThan(0);
    const collect = () =>
      ask(CERTIFICATE, oneCar.nationalNumber, {
        requestId: 'r-2',
        collects: { requestId: 'r-1', ticket: deferred.ticket },
      });
    expect(await collect()).toEqual(deferred);
    await rm(join(folder, 'late'));
    await exporter.step();
    expect(await collect()).toMatchObject({ kind: 'found', document: { asOf: new Date(clock).toISOString() } });
  });
});

it('keeps the key of its tickets for its owner alone', async () => {
  const { state } = await school();
  expect((await stat(join(state, 'ticket.key'))).mode & 0o777).toBe(0o600);
});
