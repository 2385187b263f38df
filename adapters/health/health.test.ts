import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileSchema } from '../../services/platform/validate/index.ts';
import { SourceUnavailable } from '../kit/index.ts';
import { DEMO_CITIZENS, generatePopulation, type Person } from '../population/index.ts';
import { openFhirClient } from './fhir-client.ts';
import { healthHandlers } from './handlers.ts';
import { immunizationsOf } from './source/records.ts';
import { type HealthSource, startHealthSource } from './source/server.ts';

const population = generatePopulation(5, 400);
let source: HealthSource;
let away: number | undefined;
const strays: Server[] = [];
beforeAll(async () => {
  source = await startHealthSource({ population, away: () => away });
});
afterAll(async () => {
  await source?.stop();
  for (const stray of strays) {
    stray.closeAllConnections();
    stray.close();
  }
});

const ask = (type: string, value: string, base = source.url, signal = new AbortController().signal) => {
  const handler = healthHandlers(openFhirClient(base))[type];
  if (handler === undefined) throw new Error(type);
  const subject = { scheme: 'jo:national-number', value };
  return handler({ requestId: 'test', subject, claims: [], purpose: 'test', deadline: new Date(), signal });
};
/** Another server in the place of the source. */
const stray = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener);
  strays.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`;
};
const saying = (body: unknown, status = 200): Promise<string> =>
  stray((_, response) => {
    response.writeHead(status, { 'content-type': 'application/fhir+json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
const bundle = (entry: readonly object[], next?: string) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: entry.map((resource) => ({ resource })),
  link: next === undefined ? [] : [{ relation: 'next', url: next }],
});

test.each(['health.vaccination-record', 'health.medical-fitness'])(
  'every %s is as its schema wants it, in both languages',
  async (type) => {
    const schema = JSON.parse(readFileSync(new URL(`../../schemas/${type}.v1.json`, import.meta.url), 'utf8'));
    const { document } = compileSchema(type, schema);
    let made = 0;
    for (const { nationalNumber } of population.people) {
      const answer = await ask(type, nationalNumber);
      if (answer.kind !== 'found') continue;
      made += 1;
      expect(document(answer.document as never)).toEqual([]);
      expect(answer.document.nationalNumber).toBe(nationalNumber);
    }
    expect(made).toBeGreaterThan(population.people.length / 3);
  },
);

test('a record of several pages is read whole', async () => {
  const doses = (person: Person): number => immunizationsOf(person, population.referenceDate).length;
  const most = population.people.reduce((one, other) => (doses(other) > doses(one) ? other : one));
  expect(doses(most)).toBeGreaterThan(10);
  const answer = await ask('health.vaccination-record', most.nationalNumber);
  expect(answer).toMatchObject({ kind: 'found', document: { dosesCount: doses(most), scheduleStatus: 'complete' } });
});

test('a dose that is missing is named, in both languages', async () => {
  const answer = await ask('health.vaccination-record', DEMO_CITIZENS.child.nationalNumber);
  expect(answer).toMatchObject({
    kind: 'found',
    document: {
      scheduleStatus: 'incomplete',
      missingVaccines: expect.arrayContaining([{ ar: expect.any(String), en: expect.any(String) }]),
    },
  });
});

test('a child has no examination, and a number that nobody has is not found', async () => {
  expect(await ask('health.medical-fitness', DEMO_CITIZENS.child.nationalNumber)).toEqual({ kind: 'not-found' });
  expect(await ask('health.vaccination-record', DEMO_CITIZENS.nobody.nationalNumber)).toEqual({ kind: 'not-found' });
});

test('two patients under one number are ambiguous, never the first', async () => {
  const base = await saying(
    bundle([
      { resourceType: 'Patient', id: 'a' },
      { resourceType: 'Patient', id: 'b' },
    ]),
  );
  expect(await ask('health.medical-fitness', '0009990001', base)).toEqual({ kind: 'ambiguous' });
});

test('maintenance says when to come back, and is never "no record"', async () => {
  away = 7;
  await expect(ask('health.vaccination-record', '0009990001')).rejects.toMatchObject({ retryAfterMs: 7_000 });
  await expect(openFhirClient(source.url).ping()).rejects.toBeInstanceOf(SourceUnavailable);
  away = undefined;
  await openFhirClient(source.url).ping();
});

describe('what is no whole answer is "unavailable", and never "no record"', () => {
  test.each<[string, () => Promise<string>]>([
    ['an OperationOutcome', () => saying({ resourceType: 'OperationOutcome' }, 500)],
    ['404 for the whole endpoint', () => saying({ resourceType: 'OperationOutcome' }, 404)],
    ['an OperationOutcome with 200', () => saying({ resourceType: 'OperationOutcome' })],
    ['bytes that are no JSON', () => saying('<html>')],
    ['a page without end', () => saying('x'.repeat(5 * 1024 * 1024))],
    ['a next page at another address', () => saying(bundle([], 'http://192.0.2.1/fhir/Patient'))],
    ['a redirect', () => stray((_, response) => response.writeHead(302, { location: 'http://192.0.2.1/' }).end())],
    ['a connection that breaks', () => stray((request) => request.socket.destroy())],
    ['nobody there', async () => 'http://127.0.0.1:9/fhir'],
  ])('%s', async (_, start) => {
    await expect(ask('health.vaccination-record', '0009990001', await start())).rejects.toBeInstanceOf(
      SourceUnavailable,
    );
  });

  test('pages that come round again', async () => {
    const base = await stray((request, response) => {
      response.end(JSON.stringify(bundle([], `http://${request.headers.host}${request.url}`)));
    });
    await expect(ask('health.vaccination-record', '0009990001', base)).rejects.toBeInstanceOf(SourceUnavailable);
  });
});

test('a record without what the document needs is a failure of the provider', async () => {
  const base = await saying(bundle([{ resourceType: 'Patient', id: 'a', identifier: [] }]));
  await expect(ask('health.vaccination-record', '0009990001', base)).rejects.toThrow('the health record lacks');
});

test('a call that is given up ends its question to the source', async () => {
  const abort = new AbortController();
  const base = await stray(() => abort.abort());
  await expect(ask('health.vaccination-record', '0009990001', base, abort.signal)).rejects.toBeInstanceOf(
    SourceUnavailable,
  );
});
