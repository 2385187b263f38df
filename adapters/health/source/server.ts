import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Person, Population } from '../../population/index.ts';
import { immunizationsOf, NATIONAL_NUMBER, observationsOf, patientOf, type Resource } from './records.ts';

/** A running FHIR R4 endpoint over the invented population. */
export interface HealthSource {
  /** Base address, e.g. `http://127.0.0.1:41234/fhir`. */
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

const PAGE = { standard: 20, most: 100 };

class Rejected extends Error {
  readonly status: number;
  readonly issue: string;

  constructor(status: number, issue: string, message: string) {
    super(message);
    this.status = status;
    this.issue = issue;
  }
}

/** Starts it on loopback; port 0 takes any free one. */
export async function startHealthSource({
  port = 0,
  population,
  away = () => undefined,
}: {
  readonly port?: number;
  readonly population: Population;
  /** Seconds of Retry-After while it answers nothing but 503; undefined while it serves. */
  readonly away?: () => number | undefined;
}): Promise<HealthSource> {
  const people = new Map(population.people.map((person) => [person.nationalNumber, person]));
  const today = population.referenceDate;
  let url = '';

  const ofPatient = (query: URLSearchParams, list: (person: Person) => readonly Resource[]): readonly Resource[] => {
    const patient = (query.get('patient') ?? '').replace(/^Patient\//, '');
    if (!/^p-\d{10}$/.test(patient)) throw new Rejected(400, 'invalid', 'patient is missing or not a reference');
    const person = people.get(patient.slice(2));
    return person === undefined ? [] : list(person);
  };
  const searches: Readonly<Record<string, (query: URLSearchParams) => readonly Resource[]>> = {
    Patient: (query) => {
      const [system, value = ''] = (query.get('identifier') ?? '').split('|');
      if (system !== NATIONAL_NUMBER) throw new Rejected(400, 'not-supported', 'search by identifier, system|value');
      const person = people.get(value);
      return person === undefined ? [] : [patientOf(person)];
    },
    Immunization: (query) => ofPatient(query, (person) => immunizationsOf(person, today)),
    Observation: (query) => ofPatient(query, (person) => observationsOf(person, today)),
  };

  const answer = (request: IncomingMessage): object => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (request.method !== 'GET') throw new Rejected(405, 'not-supported', 'only reads are served');
    const [, base, type = '', ...rest] = pathname.split('/');
    if (base !== 'fhir' || rest.length > 0) throw new Rejected(404, 'not-found', 'there is nothing here');
    if (type === 'metadata') {
      return {
        resourceType: 'CapabilityStatement',
        status: 'active',
        kind: 'instance',
        fhirVersion: '4.0.1',
        format: ['json'],
      };
    }
    const search = Object.hasOwn(searches, type) ? searches[type] : undefined;
    if (search === undefined) throw new Rejected(404, 'not-supported', `there is no ${type} here`);
    return bundle(url, type, searchParams, search(searchParams));
  };

  const http = createServer((request, response) => {
    request.resume();
    const seconds = away();
    if (seconds !== undefined) {
      response.setHeader('retry-after', String(seconds));
      return send(response, 503, outcome('transient', 'the system is under maintenance'));
    }
    try {
      send(response, 200, answer(request));
    } catch (error) {
      const { status, issue, message } =
        error instanceof Rejected ? error : new Rejected(500, 'exception', 'it failed');
      send(response, status, outcome(issue, message));
    }
  });
  http.requestTimeout = 15_000;
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, '127.0.0.1', resolve);
  });
  const bound = (http.address() as AddressInfo).port;
  url = `http://127.0.0.1:${bound}/fhir`;
  return {
    url,
    port: bound,
    stop: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

const outcome = (code: string, diagnostics: string): object => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code, diagnostics }],
});

/** One page of a search (FHIR R4, section 3.1.1.3): the rest stands behind the link `next`. */
const bundle = (base: string, type: string, query: URLSearchParams, all: readonly Resource[]): object => {
  const count = Math.min(Math.max(Number(query.get('_count') ?? PAGE.standard) || PAGE.standard, 1), PAGE.most);
  const offset = Math.max(Number(query.get('_offset') ?? 0) || 0, 0);
  const at = (from: number): string => {
    const params = new URLSearchParams(query);
    params.set('_offset', String(from));
    return `${base}/${type}?${params}`;
  };
  const link = [{ relation: 'self', url: at(offset) }];
  if (offset + count < all.length) link.push({ relation: 'next', url: at(offset + count) });
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    total: all.length,
    link,
    entry: all
      .slice(offset, offset + count)
      .map((resource) => ({ fullUrl: `${base}/${type}/${resource.id}`, resource })),
  };
};

const send = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/fhir+json; charset=utf-8' });
  response.end(JSON.stringify(body));
};
