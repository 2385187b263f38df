import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Ask, type HandlerAnswer, type Journal, type Kit, openTableJournal } from '../../adapters/kit/index.ts';
import { readJws } from '../../services/kernel/jws.ts';
import { parseAnswer, TYP } from '../../services/kernel/statements.ts';
import { ASK, EXTRACT } from '../support/asks.ts';
import { personalExtract, WITHHELD } from '../support/documents.ts';
import { type HostileWorld, readable, startHostileWorld } from '../support/hostile.ts';

/** Another person, of whom the register says as many bytes. */
const OTHER = '0009990002';

describe('somebody who owns the gateway’s keys', () => {
  let world: HostileWorld;
  let asker: Kit;
  const journals: Journal[] = [];
  let calls = 0;
  const found = async ({ subject }: { subject: { value: string } }): Promise<HandlerAnswer> => {
    calls += 1;
    return { kind: 'found', document: personalExtract({ nationalNumber: subject.value }) };
  };

  beforeAll(async () => {
    world = await startHostileWorld();
    // Two replicas of the provider, over the one journal in its own database.
    const url = await world.cluster.createDatabase();
    for (const _ of ['first', 'second']) {
      const journal = await openTableJournal({ url });
      journals.push(journal);
      await world.kit('civil-status', journal, { [EXTRACT]: found });
    }
    asker = await world.kit('transport', 'requests');
  }, 120_000);
  afterAll(async () => {
    await world?.stop();
    for (const journal of journals) await journal.close();
  }, 60_000);
  beforeEach(() => world.hostile.lie('none'));

  const ask = (changes: Partial<Ask> = {}) => asker.request({ ...ASK, ...changes });
  const seenOf = async (changes: Partial<Ask>): Promise<readonly Buffer[]> => {
    await world.hostile.seen();
    expect(await ask(changes)).toMatchObject({ outcome: 'delivered' });
    return world.hostile.seen();
  };

  test('can carry an exchange, as any gateway does', async () => {
    expect(await ask()).toMatchObject({ outcome: 'delivered', document: { birthDate: '1984-05-21' } });
  });

  test('reads no document, and learns neither about whom it is nor the case or the officer, from any byte it sees', async () => {
    const all = await seenOf({ caseReference: 'CASE-77', officer: 'officer-5' });
    const text = all.map(readable).join('\n');
    // What is open is found, three layers deep, so what is not found is not there to be read.
    for (const open of [EXTRACT, 'issue-driving-licence', 'birthDate']) expect(text).toContain(open);
    const secrets = [
      '0009990001',
      'CASE-77',
      'officer-5',
      '1984-05-21',
      'Samer',
      'Khalil',
      WITHHELD,
      'jo:national-number',
    ];
    for (const secret of secrets) expect(text).not.toContain(secret);
  });

  test('cannot tell a second request about one person from one about another', async () => {
    const pieces = async (changes: Partial<Ask>) => {
      const all = await seenOf(changes);
      const words = all.flatMap((bytes) => bytes.toString('latin1').match(/[A-Za-z0-9_-]{16,}/g) ?? []);
      return {
        words: new Set([...words, ...words.map((word) => readable(Buffer.from(word)))]),
        lengths: all[1]?.length,
      };
    };
    const subject = { scheme: 'jo:national-number', value: OTHER };
    const [one, again, other] = [await pieces({}), await pieces({}), await pieces({ subject })];
    const common = (a: Set<string>, b: Set<string>) => [...a].filter((word) => b.has(word)).sort();
    expect(common(one.words, again.words)).toEqual(common(one.words, other.words));
    expect(one.lengths).toBe(other.lengths);
  });

  test.each([
    ['alters the document', 'answer-invalid'],
    ['alters the answer', 'signature-invalid'],
    ['replays an older answer', 'answer-invalid'],
    ['replays an older answer under its own receipts', 'answer-invalid'],
    ['says not-found for the provider', 'unknown-key'],
    ['refuses as if there were no record', 'answer-invalid'],
    ['gives no receipt', 'receipt-invalid'],
  ])('is refused by the requester’s kit when it %s: %s', async (lie, code) => {
    await world.hostile.lie(lie);
    expect(await ask()).toMatchObject({ outcome: 'refused', code, by: { kind: 'kit' } });
  });

  test('cannot swap the answers of two requests', async () => {
    await world.hostile.lie('swaps two answers');
    const ends = await Promise.all([ask(), ask({ subject: { scheme: 'jo:national-number', value: OTHER } })]);
    expect(ends).toMatchObject([
      { outcome: 'refused', code: 'answer-invalid', by: { kind: 'kit' } },
      { outcome: 'refused', code: 'answer-invalid', by: { kind: 'kit' } },
    ]);
  });

  test.each([
    ['that it signed itself', 'unknown-key'],
    ['that it altered', 'signature-invalid'],
    ['with the private part of another', 'signature-invalid'],
    ['that was answered before', 'request-replayed'],
    ['that was answered before, under a new receipt', 'request-replayed'],
    ['without a receipt', 'receipt-invalid'],
    ['under the receipt of another', 'receipt-invalid'],
  ])('makes neither replica answer a request %s: %s', async (how, code) => {
    await ask();
    const before = calls;
    const said = await world.hostile.offer(how);
    expect(said.map(({ sealedBytes }) => sealedBytes)).toEqual([0, 0]);
    const answers = said.map(({ statement }) => parseAnswer(readJws(statement, TYP.answer).payload));
    expect(answers).toMatchObject([
      { outcome: 'refused', code, claims: [] },
      { outcome: 'refused', code, claims: [] },
    ]);
    expect(calls).toBe(before);
  });

  test('gets nothing but silence for a request that nobody signed', async () => {
    const before = calls;
    expect(await world.hostile.offer('unsigned')).toEqual([
      { statement: '', sealedBytes: 0 },
      { statement: '', sealedBytes: 0 },
    ]);
    expect(calls).toBe(before);
  });

  test.each<[string, Partial<Ask>, string]>([
    ['a purpose', { purpose: 'curiosity' }, 'purpose-not-agreed'],
    ['a claim', { claims: ['motherName'] }, 'claim-not-agreed'],
    ['a document', { documentType: 'civil-status.family-extract' }, 'no-agreement'],
    ['a document that nobody provides', { documentType: 'civil-status.invented' }, 'unknown-document-type'],
  ])('cannot wave through %s that the agencies did not agree on: the provider refuses', async (_, changes, code) => {
    const before = calls;
    const message = { en: expect.not.stringMatching(/[{}]| - /), ar: expect.not.stringMatching(/[{}]|\u2068-/) };
    expect(await ask(changes)).toMatchObject({ outcome: 'refused', code, by: { kind: 'provider' }, message });
    expect(calls).toBe(before);
  });

  test('has left one admitted request for each call of a handler in the provider’s journal, its chain whole', async () => {
    const offered = new Set<string>();
    for await (const { entry } of journals[0]?.read() ?? []) {
      if (entry.body.kind === 'offered') offered.add(entry.body.requestId);
    }
    expect(offered.size).toBe(calls);
  });
});
