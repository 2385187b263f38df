import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGENCIES } from '../../services/cli/development/agencies.ts';
import { type Agent, askAgent, end, lineOf, startAgent } from '../support/agents.ts';
import { AGREED, expectAgreed } from '../support/agreed.ts';
import { removeData, startUp, type Up, wasl, waslJson } from '../support/cli.ts';

const data = join(mkdtempSync(join(tmpdir(), 'wasl-agent-')), 'data');
const PROVIDER = resolve('deploy/examples/provider.py');
const VEHICLE = 'transport.vehicle-registration';
const ASK_VEHICLE = [
  ...['request', '--data', data, '--as', 'civil-status', '--from', 'transport', '--document', VEHICLE],
  ...['--purpose', 'estate-inventory', '--subject', '70-12345'],
];

const hasPython = (() => {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write('SKIPPED: there is no python3 here; the provider in Python was not tried\n');
    return false;
  }
})();

describe('wasl agent, as built', { timeout: 60_000 }, () => {
  let up: Up;
  const children: ChildProcess[] = [];
  const servers: Server[] = [];
  const agent = async (as: string, ...provide: string[]): Promise<Agent> => {
    const made = await startAgent(data, as, ...provide);
    children.push(made.child);
    return made;
  };
  /** The provider attaches a moment after its agent answers. */
  const attached = async <T extends { readonly json: { readonly code?: string } }>(
    ask: () => Promise<T>,
  ): Promise<T> => {
    for (;;) {
      const said = await ask();
      if (said.json.code !== 'provider-not-connected') return said;
    }
  };
  const delivered = () => attached(() => waslJson(...ASK_VEHICLE));

  beforeAll(async () => {
    up = startUp('--data', data, '--without', AGENCIES.map(({ id }) => id).join(','));
    await up.said(/It stays up/);
  }, 60_000);
  afterAll(async () => {
    for (const child of children) await end(child);
    for (const server of servers) server.close();
    up.child.kill('SIGTERM');
    await up.exited;
    await removeData(data);
  }, 30_000);

  it.skipIf(!hasPython)('lets a few lines of Python provide a verified document under every agreement', async () => {
    const python = spawn('python3', [PROVIDER, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(python);
    const port = /\d+$/.exec(await lineOf(python, /listening on/))?.[0];
    const agents = new Map<string, Agent>();
    const start = async (id: string): Promise<void> => {
      const provided = AGREED.filter(({ provider }) => provider === id);
      const flags = provided.map(({ documentType }) => `${documentType}=http://127.0.0.1:${port}/`);
      agents.set(id, await agent(id, ...new Set(flags)));
    };
    await Promise.all(AGENCIES.map(({ id }) => start(id)));
    const { json: plate } = await delivered();
    expect([plate.outcome, plate.document?.plate], JSON.stringify(plate)).toEqual(['delivered', '70-12345']);
    for (const one of AGREED) {
      const asking = agents.get(one.requester) as Agent;
      const { status, json } = await attached(() => askAgent(asking, one));
      expect([status, json.outcome, json.by.id], JSON.stringify(json)).toEqual([200, 'delivered', one.provider]);
      expectAgreed(one.id, json.document);
      const nobody = await askAgent(asking, { ...one, subject: '0009999999' });
      expect([nobody.status, nobody.json.outcome]).toEqual([200, 'not-found']);
    }
    for (const child of children) await end(child);
    const { code, json } = await waslJson('journal', 'verify', '--data', data, '--against', 'bus');
    expect(code, JSON.stringify(json)).toBe(0);
  });

  it('brings a deferred answer: a ticket, a second request that names the first, and a trace that shows both', async () => {
    const handler = createServer((request, response) => {
      request.resume().on('end', () => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(answers.shift() ?? { outcome: 'not-found' }));
      });
    });
    const answers: object[] = [{ outcome: 'deferred', ticket: 'tonight', retryAfterMs: 60_000 }];
    servers.push(handler);
    await new Promise<void>((listening) => handler.listen(0, '127.0.0.1', listening));
    const { child } = await agent(
      'transport',
      `${VEHICLE}=http://127.0.0.1:${(handler.address() as AddressInfo).port}/`,
    );
    const first = await delivered();
    expect([first.code, first.json.outcome]).toEqual([5, 'deferred']);
    const ticket = ['request', '--data', data, '--as', 'civil-status', '--ticket', first.json.ticket];
    const twice = await waslJson(...ticket, '--purpose', 'estate-inventory');
    expect([twice.code, twice.json.code]).toEqual([2, 'bad-usage']);
    const second = await waslJson(...ticket);
    expect([second.code, second.json.outcome]).toEqual([4, 'not-found']);
    for (const [one, other] of [
      [first, second],
      [second, first],
    ] as const) {
      const { json } = await waslJson('trace', '--data', data, one.json.requestId);
      expect(json.requestId).toBe(one.json.requestId);
      expect(json.related.map(({ requestId }: { requestId: string }) => requestId)).toEqual([other.json.requestId]);
    }
    const { stdout } = await wasl('trace', '--data', data, second.json.requestId);
    expect(stdout).toContain(`collects the deferred answer of ${first.json.requestId}`);
    await end(child);
  });

  it('says what an agency may ask, and why not the rest', async () => {
    const { code, json } = await waslJson('catalog', '--data', data, '--as', 'transport');
    const of = (type: string) => json.documents.find((one: { documentType: string }) => one.documentType === type);
    expect(code).toBe(0);
    expect(of('civil-status.personal-extract').mayAsk[0]).toMatchObject({ purpose: 'issue-driving-licence' });
    expect(of('civil-status.family-extract').whyNot).toMatchObject({ code: 'no-agreement', nextMove: 'data-officers' });
    const unknown = await waslJson('catalog', '--data', data, '--as', 'nobody');
    expect([unknown.code, unknown.json.code]).toEqual([3, 'unknown-agency']);
  });
});
