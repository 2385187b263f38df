import { compactVerify, importJWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { generateSigningKey, primitives, signerFromJwk } from '../platform/crypto/index.ts';
import { decodeBatch, encodeBatch, parseReceipt, signBatch, verifyBatch, verifyReceipt } from './batch.ts';
import { followChain } from './chain.ts';
import { CODES, sentence } from './codes.ts';
import { type Ask, decide, type Standing, type StandingAgreement } from './decide.ts';
import { type Entry, parseEntry, writeEntry } from './evidence.ts';
import { CONFORMANCE, parseAgencyId, parseBootId, parseDocumentType, parseGatewayId, uuidV7 } from './ids.ts';
import { EMPTY_HEAD, journalBody, linkJournal, readJournalLine } from './journal.ts';
import { signJws, verifyJws } from './jws.ts';
import { parseStrictJson } from './strict-json.ts';

const signer = signerFromJwk(generateSigningKey());
const other = signerFromJwk(generateSigningKey());
const boot = parseBootId(uuidV7(1_700_000_000_000, new Uint8Array(10).fill(7)));
const gateway = parseGatewayId('gateway-1');

const chainOf = (count: number): Entry[] => {
  const entries: Entry[] = [];
  for (let sequence = 0; sequence < count; sequence += 1) {
    const last = entries.at(-1);
    const previous = last === undefined ? null : writeEntry(last).digest;
    entries.push({
      gateway,
      boot,
      sequence,
      previous,
      timeMs: sequence,
      body: { kind: 'opened', origin: 'wasl.test' },
    });
  }
  return entries;
};
const batchOf = (entries: readonly Entry[]) =>
  signBatch(
    signer,
    'wasl.test',
    entries.map(writeEntry),
    entries.map(() => ({})),
    9,
  );

describe('evidence', () => {
  test('every receipt of a batch of any size verifies and carries its own entry', async () => {
    for (const size of [1, 2, 3, 5, 8, 13]) {
      const entries = chainOf(size);
      const { receipts } = await batchOf(entries);
      for (const [index, text] of receipts.entries()) {
        const receipt = await verifyReceipt(primitives, signer.publicJwk, parseReceipt(text));
        expect(receipt.entry).toEqual(entries[index]);
      }
    }
  });

  test('a receipt under another key, or for another place, is refused', async () => {
    const { receipts } = await batchOf(chainOf(4));
    const text = receipts[2] as string;
    await expect(verifyReceipt(primitives, other.publicJwk, parseReceipt(text))).rejects.toMatchObject({
      code: 'signature-invalid',
    });
    const moved = text.replace('"sequence":2', '"sequence":1');
    expect(moved).not.toBe(text);
    await expect(verifyReceipt(primitives, signer.publicJwk, parseReceipt(moved))).rejects.toMatchObject({
      code: 'signature-invalid',
    });
  });

  test('a batch survives its encoding byte for byte, and one altered entry breaks it', async () => {
    const { batch } = await batchOf(chainOf(3));
    const read = decodeBatch(encodeBatch(batch));
    expect((await verifyBatch(primitives, signer.publicJwk, read)).size).toBe(3);
    const altered = {
      ...read,
      entries: [...read.entries.slice(0, 2), writeEntry({ ...(chainOf(3)[2] as Entry), timeMs: 99 }).bytes],
    };
    await expect(verifyBatch(primitives, signer.publicJwk, altered)).rejects.toMatchObject({
      code: 'signature-invalid',
    });
  });

  test('a reader drops equal duplicates, and names a fork and a gap', () => {
    const [first, second, third] = chainOf(3) as [Entry, Entry, Entry];
    const chain = followChain();
    const take = (entry: Entry) => chain.take(entry, writeEntry(entry).bytes).kind;
    expect([take(first), take(first), take(third), take(second), take({ ...second, timeMs: 77 })]).toEqual([
      'new',
      'duplicate',
      'gap',
      'new',
      'fork',
    ]);
  });

  test('an entry reads back equal', () => {
    const entry = chainOf(2)[1] as Entry;
    expect(parseEntry(writeEntry(entry).bytes)).toEqual(entry);
  });
});

describe('signatures and JSON', () => {
  test('jose accepts what we sign; we refuse another kind, another key and an altered byte', async () => {
    const jws = await signJws(signer, 'wasl-request+jwt', { a: 1 });
    const { payload } = await compactVerify(jws, await importJWK({ ...signer.publicJwk }, 'ES256'));
    expect(new TextDecoder().decode(payload)).toBe('{"a":1}');
    await expect(verifyJws(primitives, signer.publicJwk, jws, 'wasl-answer+jwt')).rejects.toMatchObject({
      code: 'wrong-type',
    });
    await expect(verifyJws(primitives, other.publicJwk, jws, 'wasl-request+jwt')).rejects.toMatchObject({
      code: 'signature-invalid',
    });
    const [header, , signature] = jws.split('.');
    const forged = `${header}.${Buffer.from('{"a":2}').toString('base64url')}.${signature}`;
    await expect(verifyJws(primitives, signer.publicJwk, forged, 'wasl-request+jwt')).rejects.toMatchObject({
      code: 'signature-invalid',
    });
  });

  test.each(['{"a":1,"a":2}', '{"a":1, "\\u0061" :2}', '[{"b":{"a":[],"a":1}}]'])(
    'a name given twice is refused: %s',
    (text) => {
      expect(() => parseStrictJson(text)).toThrow(expect.objectContaining({ code: 'duplicate-json-name' }));
    },
  );

  test('equal names in different objects, and equal values, are no duplicates', () => {
    expect(parseStrictJson('[{"a":"a"},{"a":["a","a"]}]')).toEqual([{ a: 'a' }, { a: ['a', 'a'] }]);
  });

  test.each(['{', '"\\ud800"', `${'['.repeat(65)}${']'.repeat(65)}`])(
    'what is no I-JSON is malformed (case %#)',
    (text) => {
      expect(() => parseStrictJson(text)).toThrow(expect.objectContaining({ code: 'malformed-message' }));
    },
  );
});

describe('the journal', () => {
  test('an altered or missing line is found', () => {
    const one = linkJournal(EMPTY_HEAD, 1, journalBody({ kind: 'asked', requestId: 'r', statement: 's' }));
    const two = linkJournal(one.head, 2, journalBody({ kind: 'answered', requestId: 'r', statement: 's' }));
    expect(readJournalLine(readJournalLine(EMPTY_HEAD, one.line).head, two.line).head).toEqual(two.head);
    const damaged = expect.objectContaining({ code: 'journal-damaged' });
    expect(() => readJournalLine(EMPTY_HEAD, two.line)).toThrow(damaged);
    const altered = readJournalLine(EMPTY_HEAD, one.line.replace('"timeMs":1', '"timeMs":3')).head;
    expect(() => readJournalLine(altered, two.line)).toThrow(damaged);
  });
});

describe('decide', () => {
  const [requester, provider] = [parseAgencyId('transport'), parseAgencyId('civil-status')];
  const documentType = parseDocumentType('civil-status.personal-extract');
  const pin = 'p'.repeat(43) as never;
  const text = { en: 'x', ar: 'س' };
  const terms = {
    ...{ id: 'a-1', version: 1, requester, provider, documentType, documentVersion: 1 },
    ...{
      purposes: [
        { purpose: 'issue-driving-licence', title: text },
        { purpose: 'renew-driving-licence', title: text },
      ],
      legalBasis: text,
      claims: ['birthDate', 'fullName'],
      quotaPerDay: 2,
      timeZone: 'Asia/Amman',
    },
    ...{ fromMs: 100, untilMs: 200, retentionDays: 30, visibility: { kind: 'at-once' as const } },
    pins: { requesterRecovery: pin, providerRecovery: pin, authority: pin, audit: pin, schema: pin },
  };
  const ask: Ask = {
    requester,
    provider,
    documentType,
    documentVersion: 1,
    purpose: 'renew-driving-licence',
    claims: ['fullName'],
  };
  const standing: Standing = {
    agreements: [{ terms, digest: pin, status: 'active', suspendedBy: [], steps: [] }],
    knows: { agency: () => 'active', documentType: () => true },
    usedToday: () => 0,
    nowMs: 150,
  };
  const held = standing.agreements[0] as (typeof standing.agreements)[number];

  const having = (...of: readonly StandingAgreement['status'][]): Standing => ({
    ...standing,
    agreements: of.map((status) => ({ ...held, status })),
  });

  test('allows what was agreed, also beside others that do not', () => {
    expect(decide(ask, standing).kind).toBe('allowed');
    expect(decide(ask, having('terminated', 'suspended', 'active')).kind).toBe('allowed');
  });

  test.each([
    ['no-agreement', ask, { ...standing, agreements: [] }],
    ['agreement-not-accepted', ask, having('drafted')],
    ['agreement-not-approved', ask, having('accepted')],
    ['agreement-suspended', ask, having('suspended')],
    ['agreement-terminated', ask, having('terminated')],
    ['agreement-suspended', ask, having('terminated', 'drafted', 'suspended', 'accepted')],
    ['agreement-expired', ask, { ...standing, nowMs: 200 }],
    ['agreement-not-yet-valid', ask, { ...standing, nowMs: 99 }],
    ['purpose-not-agreed', { ...ask, purpose: 'curiosity' }, standing],
    ['claim-not-agreed', { ...ask, claims: ['fullName', 'address'] }, standing],
    ['claim-not-agreed', { ...ask, claims: [] }, standing],
    ['quota-spent', ask, { ...standing, usedToday: () => 2 }],
    ['unknown-agency', ask, { ...standing, knows: { ...standing.knows, agency: () => undefined } }],
    ['unknown-document-type', ask, { ...standing, knows: { ...standing.knows, documentType: () => false } }],
  ] as const satisfies readonly (readonly [string, Ask, Standing])[])('refuses with %s', (code, asked, state) => {
    expect(decide(asked, state)).toMatchObject({ kind: 'refused', code });
  });

  const joining = (id: string): Standing => ({
    ...standing,
    knows: { ...standing.knows, agency: (one) => (one === id ? 'joining' : 'active') },
  });
  const byTheSuite: Ask = { ...ask, requester: CONFORMANCE };

  test('an agency that joins is asked by the conformance suite, under an agreement as everybody', () => {
    const agreements = [{ ...held, terms: { ...terms, requester: CONFORMANCE } }];
    expect(decide(byTheSuite, { ...joining(ask.provider), agreements })).toMatchObject({ kind: 'allowed' });
    expect(decide(byTheSuite, joining(ask.provider))).toMatchObject({ kind: 'refused', code: 'no-agreement' });
  });

  test('an agency that joins is asked by nobody else, and asks nobody', () => {
    const code = 'unknown-agency';
    expect(decide(ask, joining(ask.provider))).toMatchObject({ code, params: { agency: ask.provider } });
    expect(decide(ask, joining(ask.requester))).toMatchObject({ code, params: { agency: ask.requester } });
    expect(decide(byTheSuite, joining(CONFORMANCE))).toMatchObject({ code });
    const revoked = { ...standing, knows: { ...standing.knows, agency: () => 'revoked' as const } };
    expect(decide(byTheSuite, revoked)).toMatchObject({ code });
  });
});

test('every code speaks both languages, with the same values and whose move is next', () => {
  for (const [code, { en, ar }] of Object.entries(CODES)) {
    expect(en.match(/\{\w+\}/g), code).toEqual(ar.match(/\{\w+\}/g));
    expect(en, code).toContain('Next move:');
    expect(ar, code).toContain('الإجراء التالي على:');
  }
  expect(sentence('agreement-expired', 'ar', { agreement: 'a-1' })).toContain('\u2068a-1\u2069');
});
