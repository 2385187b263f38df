import { beforeAll, describe, expect, test } from 'vitest';
import { signBatch } from '../../services/kernel/batch.ts';
import { utf8 } from '../../services/kernel/bytes.ts';
import type { RegistryCopy } from '../../services/kernel/copy.ts';
import { digestOf } from '../../services/kernel/digest.ts';
import { type EntryBody, writeEntry } from '../../services/kernel/evidence.ts';
import { type BootId, parseBootId, parseRequestId, uuidV7 } from '../../services/kernel/ids.ts';
import { sealPrivate } from '../../services/kernel/jwe.ts';
import { signJws } from '../../services/kernel/jws.ts';
import type { Signer } from '../../services/kernel/keys.ts';
import { privatePayload } from '../../services/kernel/private-part.ts';
import {
  type AnswerStatement,
  answerPayload,
  type RefusalStatement,
  type RequestStatement,
  refusalPayload,
  requestPayload,
  TYP,
} from '../../services/kernel/statements.ts';
import { generateSigningKey, primitives, signerFromJwk } from '../../services/platform/crypto/index.ts';
import { keyringOf } from '../../test/support/keyring.ts';
import {
  auditKey,
  civil,
  copyOf,
  documentType,
  gateway,
  gatewayKey,
  honest,
  own as ownPins,
  PURPOSE,
  terms,
  transport,
} from '../../test/support/registry-world.ts';
import { checkAnswer, checkRefusal, type OwnRequest } from './check-answer.ts';
import { checkOffer, readOffer } from './check-offer.ts';
import type { Identity } from './identity.ts';
import { issueDocument } from './issue.ts';

const NOW = 5;
const identityOf = ({ id, signer, opener, recovery }: typeof civil, copyPins = ownPins(civil)): Identity => ({
  agency: id,
  trustDomain: 'wasl.test',
  tls: { ca: '', cert: '', key: '' },
  keys: keyringOf(signer, opener),
  recovery: recovery.thumbprint,
  pins: copyPins,
  gateways: [],
});
const boot: BootId = parseBootId(uuidV7(1, primitives.random(10)));
let askersCopy: RegistryCopy;
let providersCopy: RegistryCopy;
beforeAll(async () => {
  askersCopy = await copyOf(honest, ownPins(transport));
  providersCopy = await copyOf(honest, ownPins(civil));
});

const receiptOf = async (body: EntryBody, by: Signer = gatewayKey): Promise<string> => {
  const entry = { gateway, boot, sequence: 0, previous: null, timeMs: NOW, body };
  const { receipts } = await signBatch(by, 'wasl.test', [writeEntry(entry)], [{}], NOW);
  return receipts[0] ?? '';
};

/** An honest exchange up to the requester's door, each part of it to be tampered with. */
const exchange = async (changes: Partial<RequestStatement> = {}) => {
  const privatePart = sealPrivate(
    primitives,
    { provider: civil.opener.publicJwk, audit: auditKey.publicJwk },
    privatePayload({ subject: { scheme: 'jo:national-number', value: '0009990001' } }),
  );
  const request: RequestStatement = {
    id: parseRequestId(uuidV7(1, primitives.random(10))),
    requester: transport.id,
    provider: civil.id,
    documentType,
    documentVersion: 1,
    purpose: PURPOSE,
    claims: ['fullName'],
    issuedAtMs: NOW,
    deadlineMs: NOW + 4,
    encryptionKey: transport.opener.thumbprint,
    boot,
    privatePart: digestOf(privatePart),
    journal: { size: 0, head: null },
    ...changes,
  };
  const statement = await signJws(transport.signer, TYP.request, requestPayload(request));
  const requestDigest = digestOf(utf8(statement));
  const { id: requestId, requester, provider, purpose, claims } = request;
  const requestedReceipt = await receiptOf({
    kind: 'requested',
    requestId,
    request: requestDigest,
    privatePart: request.privatePart,
    requester,
    provider,
    documentType,
    purpose,
    claims,
    agreement: 'licences',
    agreementDigest: requestDigest,
  });
  const offer = {
    request,
    part: { subject: { scheme: '', value: '' } },
    terms: terms(),
    sealTo: transport.opener.publicJwk,
  };
  const document = { asOf: '2026-01-01T00:00:00Z', fullName: 'Nobody' };
  const { sealed } = await issueDocument(primitives, identityOf(civil), providersCopy, offer, requestDigest, {
    document,
    status: { uri: 'wasl://civil-status/status/0011223344556677', index: 1 },
    nowMs: Date.now(),
  });
  const answerOf = async (said: Partial<AnswerStatement> = {}, by: Signer = civil.signer) => {
    const payload = answerPayload({
      provider,
      requester,
      requestId,
      request: requestDigest,
      receipt: digestOf(utf8(requestedReceipt)),
      outcome: 'delivered',
      claims,
      document: digestOf(sealed),
      timeMs: NOW,
      journal: { size: 0, head: null },
      ...said,
    });
    const text = await signJws(by, TYP.answer, payload);
    const answer = digestOf(utf8(text));
    const body: EntryBody = {
      kind: 'answered',
      requestId,
      request: requestDigest,
      answer,
      requester,
      provider,
      outcome: 'delivered',
    };
    return {
      statement: text,
      sealedDocument: Buffer.from(sealed),
      requestedReceipt,
      answeredReceipt: await receiptOf(body),
    };
  };
  const subject = { scheme: 'jo:national-number', value: '0009990001' };
  const own: OwnRequest = { statement, digest: requestDigest, request, subject, gateway };
  return { own, privatePart, requestedReceipt, requestDigest, answerOf };
};
const asker = () => ({ primitives, identity: identityOf(transport), copy: askersCopy, now: Date.now });
const thief = signerFromJwk(generateSigningKey());

describe('a gateway whose keys were stolen, at the requester’s door', () => {
  test('the honest answer is delivered', async () => {
    const { own, answerOf } = await exchange();
    expect(await checkAnswer(asker(), own, await answerOf())).toMatchObject({
      outcome: 'delivered',
      document: { fullName: 'Nobody' },
    });
  });

  test.each<[string, (x: Awaited<ReturnType<typeof exchange>>) => Promise<Parameters<typeof checkAnswer>[2]>, string]>([
    ['an answer that it signed itself', (x) => x.answerOf({}, thief), 'unknown-key'],
    [
      '“not found” in the provider’s name',
      async (x) => x.answerOf({ outcome: 'not-found' }, gatewayKey),
      'unknown-key',
    ],
    ['the answer to another request', async () => (await exchange()).answerOf(), 'answer-invalid'],
    [
      'an altered document',
      async (x) => ({ ...(await x.answerOf()), sealedDocument: Buffer.from('other') }),
      'answer-invalid',
    ],
    [
      'a document of another answer',
      async (x) => ({ ...(await x.answerOf()), sealedDocument: (await (await exchange()).answerOf()).sealedDocument }),
      'answer-invalid',
    ],
    ['no receipt', async (x) => ({ ...(await x.answerOf()), answeredReceipt: '' }), 'receipt-invalid'],
    [
      'the receipt of another answer',
      async (x) => ({
        ...(await x.answerOf()),
        answeredReceipt: (await (await exchange()).answerOf()).answeredReceipt,
      }),
      'receipt-invalid',
    ],
    ['a claim more than was asked', (x) => x.answerOf({ claims: ['birthDate', 'fullName'] }), 'credential-invalid'],
  ])('%s is refused', async (_, tamper, code) => {
    const made = await exchange();
    await expect(checkAnswer(asker(), made.own, await tamper(made))).rejects.toMatchObject({ code });
  });

  test('a refusal that speaks for the provider, or is another gateway’s, is not believed', async () => {
    const { own, requestDigest } = await exchange();
    const refusal = async (said: Partial<RefusalStatement>, by = gatewayKey) => ({
      statement: await signJws(
        by,
        TYP.refusal,
        refusalPayload({
          gateway,
          requester: transport.id,
          request: requestDigest,
          outcome: 'refused',
          code: 'no-agreement',
          params: {},
          timeMs: NOW,
          ...said,
        }),
      ),
      receipt: '',
      requestedReceipt: '',
    });
    expect(await checkRefusal(asker(), own, await refusal({}))).toMatchObject({
      outcome: 'refused',
      code: 'no-agreement',
    });
    await expect(checkRefusal(asker(), own, await refusal({ code: 'no-such-record' }))).rejects.toMatchObject({
      code: 'answer-invalid',
    });
    await expect(checkRefusal(asker(), own, await refusal({}, thief))).rejects.toMatchObject({
      code: 'signature-invalid',
    });
    await expect(checkRefusal(asker(), own, await refusal({ request: digestOf(utf8('x')) }))).rejects.toMatchObject({
      code: 'answer-invalid',
    });
  });
});

describe('a gateway whose keys were stolen, at the provider’s door', () => {
  const check = async (
    tamper: (x: Awaited<ReturnType<typeof exchange>>) => Promise<object> | object,
    changes: Partial<RequestStatement> = {},
    identity = identityOf(civil),
  ) => {
    const made = await exchange(changes);
    const offer = {
      statement: made.own.statement,
      privatePart: made.privatePart,
      requestedReceipt: made.requestedReceipt,
      ...(await tamper(made)),
    };
    const read = readOffer(offer.statement);
    if (read === undefined) throw new Error('the offer does not read');
    return checkOffer(primitives, identity, providersCopy, read, offer, NOW);
  };
  const forged = async ({ own }: Awaited<ReturnType<typeof exchange>>) => ({
    statement: await signJws(thief, TYP.request, requestPayload(own.request)),
  });

  test('what is sealed to a key that was put into the folder since is opened', async () => {
    const identity = identityOf(civil);
    let openers = [transport.opener];
    const look = async (): Promise<void> => {
      openers = [...openers, civil.opener];
    };
    const late = { ...identity, keys: { ...identity.keys, openers: () => openers, look } };
    // The subject inside is looked at, which this world's document does not allow.
    await expect(check(() => ({}), {}, late)).rejects.toMatchObject({ code: 'unknown-subject-scheme' });
    const never = { ...identity, keys: keyringOf(civil.signer, transport.opener) };
    await expect(check(() => ({}), {}, never)).rejects.toMatchObject({ code: 'sealed-unreadable' });
  });

  test.each<[string, Parameters<typeof check>, string]>([
    ['a request that it signed itself', [forged], 'unknown-key'],
    ['another private part', [async () => ({ privatePart: (await exchange()).privatePart })], 'signature-invalid'],
    ['no receipt', [() => ({ requestedReceipt: '' })], 'receipt-invalid'],
    [
      'the receipt of another request',
      [async () => ({ requestedReceipt: (await exchange()).requestedReceipt })],
      'receipt-invalid',
    ],
    ['an unagreed claim', [() => ({}), { claims: ['fullName', 'religion'] }], 'claim-not-agreed'],
    ['an unagreed purpose', [() => ({}), { purpose: 'curiosity' }], 'purpose-not-agreed'],
    ['an old request', [() => ({}), { issuedAtMs: 0, deadlineMs: 4 }], 'deadline-exceeded'],
    ['another key to seal to', [() => ({}), { encryptionKey: civil.opener.thumbprint }], 'encryption-key-mismatch'],
  ])('%s is refused', async (_, [tamper, changes], code) => {
    await expect(check(tamper, changes)).rejects.toMatchObject({ code });
  });
});
