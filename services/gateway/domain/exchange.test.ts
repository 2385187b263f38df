import { beforeEach, describe, expect, test, vi } from 'vitest';
import {
  answerTo,
  asker,
  gateway,
  gatewayKey,
  party,
  request,
  START,
  stranger,
  type World,
  world,
} from '../../../test/support/gateway-world.ts';
import { utf8 } from '../../kernel/bytes.ts';
import { digestOf } from '../../kernel/digest.ts';
import { parseAgencyId, parseBootId, parseDocumentType, parseRequestId, uuidV7 } from '../../kernel/ids.ts';
import { readJws, signJws, verifyJws } from '../../kernel/jws.ts';
import { thumbprint } from '../../kernel/keys.ts';
import { parseRefusal, TYP } from '../../kernel/statements.ts';
import { primitives } from '../../platform/crypto/index.ts';
import type { Exchanged, OfferEnd, Offered } from './ports.ts';

let w: World;
beforeEach(() => {
  w = world();
  w.answerWith(async (offered) => ({ kind: 'reply', reply: w.reply(await answerTo(offered), utf8('sealed')) }));
});
const ask = async (made: { statement: string; privatePart: Uint8Array }, peer = asker.id): Promise<Exchanged> =>
  w.exchange({ peer, over: w.over, ...made });
/** Enough turns of the event loop for what was settled to be heard of. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const codeOf = (exchanged: Exchanged): string => (exchanged.kind === 'refusal' ? exchanged.code : 'answer');

describe('evidence before data', () => {
  test('a delivered document has its two entries, the first of them before the provider was asked', async () => {
    let entriesWhenAsked = -1;
    w.answerWith(async (offered) => {
      entriesWhenAsked = w.entries.length;
      return { kind: 'reply', reply: w.reply(await answerTo(offered), utf8('sealed')) };
    });
    const exchanged = await ask(await request());
    expect(exchanged).toMatchObject({ kind: 'answer', requestedReceipt: 'receipt-1', answeredReceipt: 'receipt-2' });
    expect(w.entries.map(({ kind }) => kind)).toEqual(['requested', 'answered']);
    expect(entriesWhenAsked).toBe(1);
    expect(w.told).toEqual(['recorded receipt-2']);
  });

  test.each(['persisted', 'not-persisted'] as const)(
    'asks the provider nothing when the entry `requested` fails (%s)',
    async (how) => {
      w.failEvidence(how, 'requested');
      expect(codeOf(await ask(await request()))).toBe('evidence-unavailable');
      expect(w.offers).toEqual([]);
      expect(w.released()).toBe(1);
    },
  );

  test.each(['persisted', 'not-persisted'] as const)(
    'lets no document out when the entry `answered` fails (%s), and tells the provider',
    async (how) => {
      w.failEvidence(how, 'answered');
      const exchanged = await ask(await request());
      expect(codeOf(exchanged)).toBe('evidence-unavailable');
      expect(exchanged).not.toHaveProperty('sealedDocument');
      expect(w.told).toEqual(['declined evidence-unavailable']);
    },
  );
});

/** Asks once something has been arranged. */
const having = (arrange: () => void) => async (): Promise<Exchanged> => {
  arrange();
  return ask(await request());
};

describe('only what was agreed', () => {
  const refusals: readonly (readonly [string, () => Promise<Exchanged>])[] = [
    ['no-agreement', having(() => w.agree({ requester: stranger.id }))],
    ['agreement-expired', having(() => w.agree({ untilMs: START }))],
    ['agreement-not-yet-valid', having(() => w.agree({ fromMs: START + 1 }))],
    ['agreement-suspended', having(() => w.agree({}, ['authority']))],
    ['purpose-not-agreed', async () => ask(await request({ purpose: 'curiosity' }))],
    ['claim-not-agreed', async () => ask(await request({ claims: ['religion'] }))],
    ['quota-spent', having(() => w.agree({ quotaPerDay: 0 }))],
    ['unknown-agency', async () => ask(await request({ provider: parseAgencyId('nobody') }))],
    ['unknown-document-type', async () => ask(await request({ documentType: parseDocumentType('civil-status.x') }))],
    ['signature-invalid', async () => ask({ ...(await request()), privatePart: utf8('other bytes') })],
    ['signer-mismatch', async () => ask(await request({}, stranger))],
    ['signer-mismatch', async () => ask(await request(), stranger.id)],
    ['unknown-key', async () => ask(await request({}, party('transport')))],
    [
      'encryption-key-mismatch',
      async () => ask(await request({ encryptionKey: thumbprint(stranger.opener.publicJwk) })),
    ],
    ['other-boot', async () => ask(await request({ boot: parseBootId(uuidV7(START, primitives.random(10))) }))],
    ['issued-too-old', async () => ask(await request({ issuedAtMs: START - 61_000, deadlineMs: START - 2_000 }))],
    ['issued-in-future', async () => ask(await request({ issuedAtMs: START + 11_000, deadlineMs: START + 12_000 }))],
    ['deadline-invalid', async () => ask(await request({ deadlineMs: START + 61_000 }))],
    ['malformed-message', async () => ask({ ...(await request()), statement: 'not a JWS' })],
    ['message-too-large', async () => ask({ ...(await request()), statement: 'x'.repeat(20_000) })],
    ['provider-not-connected', having(() => w.connect('provider-not-connected'))],
    ['provider-busy', having(() => w.connect('provider-busy'))],
  ];
  test.each(refusals)(
    '%s is refused with evidence, signed by the gateway, and nobody is asked',
    async (code, refused) => {
      const exchanged = await refused();
      expect(codeOf(exchanged)).toBe(code);
      expect(w.entries).toMatchObject([{ kind: 'refused', code }]);
      expect(w.offers).toEqual([]);
      const refusal = parseRefusal(await verifyJws(primitives, gatewayKey.publicJwk, exchanged.statement, TYP.refusal));
      expect(refusal).toMatchObject({ code, gateway });
    },
  );

  test('a statement of another kind in its place is refused', async () => {
    const { privatePart } = await request();
    const statement = await signJws(asker.signer, TYP.answer, { iss: asker.id });
    expect(codeOf(await ask({ statement, privatePart }))).toBe('wrong-type');
  });

  test('requests in flight together cannot pass the quota together', async () => {
    w.agree({ quotaPerDay: 3 });
    const ends = await Promise.all(Array.from({ length: 8 }, async () => codeOf(await ask(await request()))));
    expect(ends.filter((end) => end === 'answer').length).toBe(3);
    expect(ends.filter((end) => end === 'quota-spent').length).toBe(5);
  });

  test("the quota's day is the agreement's, not the server's", async () => {
    w.agree({ quotaPerDay: 1 });
    await ask(await request());
    // 09:00Z is noon in Amman: its midnight is 12 h away, the server's 15 h.
    w.advance(12 * 3_600_000 + 1);
    const issuedAtMs = START + 12 * 3_600_000;
    expect(codeOf(await ask(await request({ issuedAtMs, deadlineMs: issuedAtMs + 5_000 })))).toBe('answer');
  });
});

describe('asked twice', () => {
  test('the same bytes get the first outcome, and the provider hears of them once', async () => {
    const made = await request();
    const both = await Promise.all([ask(made), ask(made)]);
    expect(both[1]).toEqual(both[0]);
    expect(await ask(made)).toEqual(both[0]);
    expect(w.offers.length).toBe(1);
  });

  test('other bytes under a used id are refused as replayed', async () => {
    const id = parseRequestId(uuidV7(START, primitives.random(10)));
    await ask(await request({ id }));
    expect(codeOf(await ask(await request({ id })))).toBe('request-replayed');
  });

  test('an unsigned request spends nobody’s id', async () => {
    const id = parseRequestId(uuidV7(START, primitives.random(10)));
    await ask(await request({ id }, stranger));
    expect(codeOf(await ask(await request({ id })))).toBe('answer');
  });
});

describe('the provider’s side of it', () => {
  const bad: readonly (readonly [string, (offered: Offered) => Promise<string>])[] = [
    ['signed by another agency', (offered) => answerTo(offered, {}, stranger)],
    ['for another request', (offered) => answerTo(offered, { request: digestOf(utf8('another')) })],
    ['under another receipt', (offered) => answerTo(offered, { receipt: digestOf(utf8('another')) })],
    ['to another requester', (offered) => answerTo(offered, { requester: stranger.id })],
    ['with a claim nobody asked for', (offered) => answerTo(offered, { claims: ['birthDate', 'fullName'] })],
    ['of another document', (offered) => answerTo(offered, { document: digestOf(utf8('another')) })],
    ['that is garbage', async () => 'garbage'],
  ];
  test.each(bad)('an answer %s is declined, and its end recorded', async (_, make) => {
    w.answerWith(async (offered) => ({ kind: 'reply', reply: w.reply(await make(offered), utf8('sealed')) }));
    expect(codeOf(await ask(await request()))).toBe('answer-invalid');
    expect(w.told).toEqual(['declined answer-invalid']);
    expect(w.entries.at(-1)).toMatchObject({ kind: 'answered', code: 'answer-invalid' });
  });

  test('a replica that is lost leaves an end without an answer', async () => {
    w.answerWith(async () => ({ kind: 'lost' }));
    const exchanged = await ask(await request());
    expect(exchanged).toMatchObject({ kind: 'refusal', code: 'provider-lost', requestedReceipt: 'receipt-1' });
    expect(w.entries.at(-1)).toMatchObject({ kind: 'answered', outcome: 'unavailable', code: 'provider-lost' });
    expect(w.entries.at(-1)).not.toHaveProperty('answer');
  });

  test('an answer after the deadline is recorded as late and dropped', async () => {
    w.answerWith(async () => ({ kind: 'expired' }));
    expect(codeOf(await ask(await request()))).toBe('deadline-exceeded');
    const [offered] = w.offers;
    if (offered === undefined) throw new Error('nobody was asked');
    const recorded = new Promise<void>((resolve) => {
      answerTo(offered).then((statement) =>
        w.late()?.({ ...w.reply(statement, utf8('sealed')), recorded: () => resolve() }),
      );
    });
    await recorded;
    expect(w.entries.map(({ kind }) => kind)).toEqual(['requested', 'answered', 'answered']);
    expect(w.entries.at(-1)).toMatchObject({ outcome: 'delivered', late: true });
  });
});

test('a flood of refusals of one identity becomes 20 entries and one count, and other identities keep theirs', async () => {
  const made = { statement: 'junk', privatePart: new Uint8Array() };
  const ends = await Promise.all(Array.from({ length: 50 }, () => ask(made)));
  expect(ends.every((end) => codeOf(end) === 'malformed-message')).toBe(true);
  expect(w.entries.length).toBe(20);
  await ask(made, stranger.id);
  expect(w.entries.length).toBe(21);
  expect(w.limit.take()).toEqual([{ requester: asker.id, count: 30, codes: { 'malformed-message': 30 } }]);
  expect(w.limit.take()).toEqual([]);
});

describe('no more than it carries', () => {
  test('a request beyond its agency’s places is told when to ask again, with evidence, before its signature is looked at', async () => {
    w.limit1Place();
    let answer: (end: OfferEnd) => void = () => undefined;
    w.answerWith(() => new Promise((resolve) => (answer = resolve)));
    const first = ask(await request());
    await vi.waitFor(() => expect(w.offers).toHaveLength(1));
    const excess = await ask({ statement: 'junk', privatePart: new Uint8Array() });
    expect(codeOf(excess)).toBe('gateway-busy');
    if (excess.kind === 'refusal') {
      const { payload } = readJws(excess.statement, TYP.refusal);
      expect(parseRefusal(payload)).toMatchObject({ outcome: 'unavailable', retryAfterMs: 1_000 });
    }
    expect(w.entries.at(-1)).toMatchObject({ kind: 'refused', code: 'gateway-busy', requester: asker.id });
    answer({ kind: 'lost' });
    await first;
  });

  test('a place is held until the answer has left, not only until it is there', async () => {
    w.limit1Place();
    let end: () => void = () => undefined;
    const over = new Promise<void>((resolve) => (end = resolve));
    expect(codeOf(await w.exchange({ peer: asker.id, over, ...(await request()) }))).toBe('answer');
    expect(w.givenBack()).toBe(0);
    expect(codeOf(await ask(await request()))).toBe('gateway-busy');
    end();
    await settled();
    expect(w.givenBack()).toBe(1);
    expect(codeOf(await ask(await request()))).toBe('answer');
  });

  test('an answer whose document finds no room ends as busy, recorded as the end of an accepted request', async () => {
    w.answerWith(async () => ({ kind: 'busy' }));
    expect(codeOf(await ask(await request()))).toBe('gateway-busy');
    expect(w.entries.at(-1)).toMatchObject({ kind: 'answered', outcome: 'unavailable', code: 'gateway-busy' });
  });

  test('a late document gives its room back once it is recorded', async () => {
    w.answerWith(async () => ({ kind: 'expired' }));
    expect(codeOf(await ask(await request()))).toBe('deadline-exceeded');
    const [offered] = w.offers;
    if (offered === undefined) throw new Error('nobody was asked');
    w.late()?.(w.reply(await answerTo(offered), utf8('sealed')));
    await vi.waitFor(() => expect(w.givenBack()).toBe(1));
    expect(w.entries.at(-1)).toMatchObject({ kind: 'answered', late: true });
  });

  test('a resend whose first outcome is not kept any more is never carried a second time', async () => {
    w = world({ outcomeBytes: 10 });
    w.answerWith(async (offered) => ({ kind: 'reply', reply: w.reply(await answerTo(offered), utf8('sealed')) }));
    const made = await request();
    expect(codeOf(await ask(made))).toBe('answer');
    expect(codeOf(await ask(made))).toBe('outcome-not-kept');
    expect(w.offers).toHaveLength(1);
    expect(w.entries.at(-1)).toMatchObject({ kind: 'refused', code: 'outcome-not-kept' });
  });
});
