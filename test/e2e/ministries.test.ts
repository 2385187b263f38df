import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGENCIES } from '../../services/cli/development/agencies.ts';
import { EXAMPLE_AGREEMENTS } from '../../services/cli/development/example-agreements.ts';
import { type Agent, askAgent, end, startAgent } from '../support/agents.ts';
import { AGREED, agreed, expectAgreed, expectBothLanguages } from '../support/agreed.ts';
import { removeData, startUp, type Up, wasl, waslJson } from '../support/cli.ts';

const data = join(mkdtempSync(join(tmpdir(), 'wasl-ministries-')), 'data');

const requestOf = (agreement: string, subject = agreed(agreement).subject): readonly string[] => {
  const { requester, provider, documentType, purpose } = agreed(agreement);
  return [
    ...['request', '--data', data, '--as', requester, '--from', provider],
    ...['--document', documentType, '--purpose', purpose, '--subject', subject],
  ];
};
const ask = (agreement: string, subject?: string) => waslJson(...requestOf(agreement, subject));

/** The export changes in the source's own time: asks until it is seen. */
const askUntil = async (agreement: string, outcome: string) => {
  for (;;) {
    const said = await ask(agreement);
    if (said.json.outcome === outcome) return said;
    if (said.json.outcome === undefined) throw new Error(JSON.stringify(said.json));
  }
};

describe('the ministries of wasl up, as built', { timeout: 60_000 }, () => {
  let up: Up;
  beforeAll(async () => {
    up = startUp('--data', data);
    await up.said(/It stays up/);
  }, 60_000);
  afterAll(async () => {
    up.child.kill('SIGTERM');
    await up.exited;
    await removeData(data);
  }, 30_000);

  it('are all healthy, and each learns what it may ask of whom', async () => {
    const { json } = await waslJson('status', '--data', data);
    const names = json.processes.map(({ name }: { name: string }) => name);
    expect(json.healthy).toBe(true);
    expect(names).toEqual(expect.arrayContaining(AGENCIES.map(({ id }) => `adapter-${id}`)));
    for (const { id } of AGENCIES) {
      const catalog = await waslJson('catalog', '--data', data, '--as', id);
      const may = catalog.json.documents.flatMap((one: { mayAsk: { agreement: string }[] }) => one.mayAsk);
      expect(may.map(({ agreement }: { agreement: string }) => agreement).sort()).toEqual(
        EXAMPLE_AGREEMENTS.flatMap((one) => (one.requester === id ? [one.id] : [])).sort(),
      );
    }
  });

  it.concurrent.each(AGREED)(
    '$id, as the README shows it, is delivered, schema-valid, in both languages',
    async ({ id }) => {
      const { code, json } = await ask(id);
      expect([code, json.outcome], JSON.stringify(json)).toEqual([0, 'delivered']);
      expectAgreed(id, json.document);
    },
  );

  it('deliver to systems that ask over HTTP under each agreement, and refuse them in both languages', async () => {
    const agents = await Promise.all(AGENCIES.map(({ id }) => startAgent(data, id)));
    const agentOf = new Map(AGENCIES.map(({ id }, index) => [id, agents[index] as Agent]));
    try {
      for (const one of AGREED) {
        const agent = agentOf.get(one.requester) as Agent;
        const delivered = await askAgent(agent, one);
        expect([delivered.status, delivered.json.outcome], JSON.stringify(delivered.json)).toEqual([200, 'delivered']);
        expectAgreed(one.id, delivered.json.document);
        const refused = await askAgent(agent, { ...one, purpose: 'curiosity' });
        expect([refused.status, refused.json.code]).toEqual([403, 'purpose-not-agreed']);
        expectBothLanguages(refused.json.message);
        expect(refused.json.detail).toBe(refused.json.message.ar);
      }
    } finally {
      await Promise.all(agents.map(({ child }) => end(child)));
    }
    const { code, json } = await waslJson('journal', 'verify', '--data', data, '--against', 'bus');
    expect(code, JSON.stringify(json)).toBe(0);
  });

  it('say not-found of a child without an examination, and of a number that nobody has', async () => {
    const [child, nobody] = [
      await ask('transport.medical-fitness', '0009990003'),
      await ask('education.vaccination-record', '0009999999'),
    ];
    expect([child.code, child.json.outcome, child.json.by.id]).toEqual([4, 'not-found', 'health']);
    expect([nobody.code, nobody.json.outcome, nobody.json.by.id]).toEqual([4, 'not-found', 'health']);
  });

  it('a source that is down is unavailable with its own Retry-After, not not-found, and delivers once it is back', async () => {
    const down = join(data, 'sources', 'health.down');
    writeFileSync(down, '42');
    const away = await ask('transport.medical-fitness');
    expect([away.code, away.json.outcome, away.json.retryAfterMs]).toEqual([6, 'unavailable', 42_000]);
    expect(away.json.message.ar).toMatch(/[\u0600-\u06ff]/);
    const { stderr } = await wasl(...requestOf('transport.medical-fitness'));
    expect(stderr).toContain('again in 42 s · أعد المحاولة بعد 42 ثانية');
    // Nor is a number that nobody has "not found" while nobody can look.
    expect((await ask('transport.medical-fitness', '0009999999')).code).toBe(6);
    rmSync(down);
    expect((await ask('transport.medical-fitness')).code).toBe(0);
  });

  it('education defers while its export is late; once it has arrived the ticket brings the document, and either trace shows both', async () => {
    const late = join(data, 'sources', 'education', 'late');
    const asked = 'civil-status.secondary-certificate';
    writeFileSync(late, '');
    const first = await askUntil(asked, 'deferred');
    expect([first.code, first.json.ticket.length > 0, first.json.retryAfterMs]).toEqual([5, true, 60_000]);
    const collect = ['request', '--data', data, '--as', 'civil-status', '--ticket', first.json.ticket];
    const early = await wasl(...collect);
    expect(early.code).toBe(5);
    // What a person reads can be typed as it stands.
    expect(early.stderr).toContain(`npx wasl request --data ${data} --as civil-status --ticket `);

    rmSync(late);
    await askUntil(asked, 'delivered');
    const second = await waslJson(...collect);
    expect([second.code, second.json.outcome], JSON.stringify(second.json)).toEqual([0, 'delivered']);
    expect(second.json.document.nationalNumber).toBe(agreed(asked).subject);
    for (const [one, other] of [
      [first, second],
      [second, first],
    ] as const) {
      const { json } = await waslJson('trace', '--data', data, one.json.requestId);
      expect(json.related.map(({ requestId }: { requestId: string }) => requestId)).toContain(other.json.requestId);
    }
  });
});
