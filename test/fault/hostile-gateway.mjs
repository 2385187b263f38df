// A gateway process whose owner is hostile: it holds a real gateway's keys and is made of the shipped pieces, but decides nothing, carries
// anything to anybody, keeps all it sees, and lies as its parent tells it over IPC: {id, lie}, {id, offer} or {id, seen: true}. Run with one
// JSON argument {identity, listen, bus}; says its address on standard output.

import { AttachRequest, UploadRequest } from '../../dist/proto/gen/wasl/exchange/v1/exchange.js';
import { makeBudget } from '../../dist/services/gateway/domain/budget.js';
import { serveAttach, serveUpload } from '../../dist/services/gateway/edge/attach.js';
import { makeSessions } from '../../dist/services/gateway/edge/sessions.js';
import { loadGatewayIdentity } from '../../dist/services/gateway/main.js';
import { decodeBatch, encodeBatch, signBatch } from '../../dist/services/kernel/batch.js';
import { digestOf, digestOfText } from '../../dist/services/kernel/digest.js';
import { parseEntry, writeEntry } from '../../dist/services/kernel/evidence.js';
import { parseBootId, parseGatewayId, parseRequestId, uuidV7 } from '../../dist/services/kernel/ids.js';
import { readJws, signJws } from '../../dist/services/kernel/jws.js';
import {
  answerPayload,
  parseAnswer,
  parseRequest,
  refusalPayload,
  requestPayload,
  TYP,
} from '../../dist/services/kernel/statements.js';
import { openBus } from '../../dist/services/platform/bus/open.js';
import { primitives } from '../../dist/services/platform/crypto/index.js';
import { EVIDENCE_TOPIC, openEvidence } from '../../dist/services/platform/evidence/writer.js';
import { silentLogger as log } from '../../dist/services/platform/log/index.js';
import { makeRegistryHolder } from '../../dist/services/platform/registry/holder.js';
import { followRegistryTopic } from '../../dist/services/platform/registry/topic.js';
import { startRpcServer } from '../../dist/services/platform/rpc/index.js';

const { identity: folder, listen, bus: settings } = JSON.parse(process.argv[2]);
const ORIGIN = 'wasl.test';
const identity = await loadGatewayIdentity(folder);
const { signer } = identity;
const gateway = parseGatewayId(identity.gateway);
const newId = () => uuidV7(Date.now(), primitives.random(10));
const boot = parseBootId(newId());
let lie = 'none';

/** Every byte that kits sent. */
const seen = [];
async function* watched(incoming, { encode }) {
  for await (const message of incoming) {
    seen.push(Buffer.from(encode(message).finish()));
    yield message;
  }
}

// ---- what stands in the log, and what does not ----

const another = (body) => {
  if (body.kind === 'requested') return { ...body, purpose: 'another-purpose' };
  return body.kind === 'answered' ? { ...body, outcome: 'refused', code: 'no-agreement' } : body;
};
/** The same places, signed as well, with another story. */
const retold = async (value) => {
  const { entries, beside } = decodeBatch(value);
  const written = entries.map(parseEntry).map((entry) => writeEntry({ ...entry, body: another(entry.body) }));
  return encodeBatch((await signBatch(signer, ORIGIN, written, beside, Date.now())).batch);
};
const holds = (value, kind) => decodeBatch(value).entries.some((bytes) => parseEntry(bytes).body.kind === kind);
const bus = await openBus(settings, log);
const publish = async (topic, [{ key, value }]) => {
  if (lie === 'writes nothing down' || lie === 'dates its promises in 2100') return;
  if (lie === 'leaves out the answer' && holds(value, 'answered')) return;
  await bus.publish(topic, [{ key, value: lie === 'tells the log another story' ? await retold(value) : value }]);
  if (lie === 'writes junk beside it') await bus.publish(topic, [{ key, value: Buffer.from('junk') }]);
};
await bus.ensureTopics([EVIDENCE_TOPIC]);
const registry = makeRegistryHolder(primitives, identity.pins, log);
await followRegistryTopic(bus, (state) => registry.take(state));
await registry.first;
const evidence = await openEvidence({
  bus: { ...bus, publish },
  signer,
  gateway,
  boot,
  origin: ORIGIN,
  log,
  now: () => (lie === 'dates its promises in 2100' ? Date.parse('2100-01-01') : Date.now()),
  patienceMs: 3_000,
});

// ---- what providers are asked ----

const sessions = makeSessions();
const recordRequested = (request, statement) => {
  const { id: requestId, privatePart, requester, provider, documentType, purpose, claims } = request;
  const digest = digestOfText(statement);
  const agreed = { documentType, purpose, claims, agreement: 'invented', agreementDigest: digest };
  return evidence.record({
    ...{ kind: 'requested', requestId, request: digest, privatePart, requester, provider },
    ...agreed,
  });
};
const offerTo = async (slot, offered, withinMs) => {
  const end = await slot.offer(offered, withinMs, () => undefined);
  return end.kind === 'reply' ? end.reply : undefined;
};
/** A place at a replica, whatever documents it says it has. */
const reserve = ({ provider }) => {
  const slot = sessions.reserve(provider, 'civil-status.personal-extract');
  if (typeof slot === 'string') throw new Error(slot);
  return slot;
};

/** What was carried so far: the request as it came, the offer of it, and the answer that went back. */
const carried = [];
const fresh = (request) => ({
  ...request,
  id: parseRequestId(newId()),
  issuedAtMs: Date.now(),
  deadlineMs: Date.now() + 10_000,
});
const withPayload = (statement, payload) => {
  const [head, , signature] = statement.split('.');
  return [head, Buffer.from(JSON.stringify(payload)).toString('base64url'), signature].join('.');
};
/** Offers that no requester made, each from the last one that was, with an honest receipt of its own unless that is the lie. */
const OFFERS = {
  unsigned: ({ request, offered }) => {
    const head = Buffer.from(JSON.stringify({ alg: 'none', kid: signer.thumbprint, typ: TYP.request }));
    const unsigned = withPayload(`${head.toString('base64url')}..`, requestPayload(fresh(request)));
    return { ...offered, statement: unsigned };
  },
  'that it signed itself': async ({ request }) => ({
    statement: await signJws(signer, TYP.request, requestPayload(fresh(request))),
  }),
  'that it altered': ({ request, offered }) => ({
    statement: withPayload(offered.statement, requestPayload({ ...fresh(request), claims: ['motherName'] })),
  }),
  'with the private part of another': ({ offered }) => ({
    statement: offered.statement,
    privatePart: carried.at(-2).offered.privatePart,
  }),
  'that was answered before': ({ offered }) => offered,
  'that was answered before, under a new receipt': ({ offered }) => ({ statement: offered.statement }),
  'without a receipt': ({ offered }) => ({ ...offered, requestedReceipt: '' }),
  'under the receipt of another': ({ offered }) => ({
    ...offered,
    requestedReceipt: carried.at(-2).offered.requestedReceipt,
  }),
};
/** Makes the offer to every replica at once; what each said, empty for silence. */
const offerAll = async (how) => {
  const last = carried.at(-1);
  const { privatePart, requester } = last.offered;
  const made = await OFFERS[how](last);
  const { payload } =
    how === 'unsigned' ? { payload: requestPayload(last.request) } : readJws(made.statement, TYP.request);
  const request = parseRequest(payload);
  const requestedReceipt = made.requestedReceipt ?? (await recordRequested(request, made.statement));
  const offered = { privatePart, ...made, requestId: request.id, requester, requestedReceipt };
  const slots = Array.from({ length: sessions.count() }, () => reserve(request));
  const replies = await Promise.all(slots.map((slot) => offerTo(slot, offered, 1_000)));
  return replies.map((reply) => ({
    statement: reply?.statement ?? '',
    sealedBytes: reply?.sealedDocument.length ?? 0,
  }));
};

// ---- what requesters are told ----

/** Carries a request that nobody here has looked at. */
const carry = async ({ statement, privatePart }) => {
  const request = parseRequest(readJws(statement, TYP.request).payload);
  const { id: requestId, requester } = request;
  const requestedReceipt = await recordRequested(request, statement);
  const offered = { requestId, requester, statement, privatePart, requestedReceipt };
  const reply = await offerTo(reserve(request), offered, 10_000);
  const { outcome, code, document } = parseAnswer(readJws(reply.statement, TYP.answer).payload);
  const answeredReceipt = await recordAnswered(request, statement, reply.statement, {
    outcome,
    ...(code === undefined ? {} : { code }),
    ...(document === undefined ? {} : { document }),
  });
  const handedBack = { 'hands back junk': 'junk', 'hands back another receipt': requestedReceipt };
  reply.recorded(handedBack[lie] ?? answeredReceipt);
  const { sealedDocument } = reply;
  carried.push({
    request,
    offered,
    answer: { statement: reply.statement, sealedDocument, requestedReceipt, answeredReceipt },
  });
  return carried.at(-1);
};
const recordAnswered = ({ id: requestId, requester, provider }, request, answer, said) =>
  evidence.record({
    ...{ kind: 'answered', requestId, request: digestOfText(request), answer: digestOfText(answer) },
    ...{ requester, provider, ...said },
  });
const answered = (value) => ({ result: { $case: 'answer', value } });

let first;
/** The first of two waits for the second; each is given the other's. */
const swapped = (answer) =>
  new Promise((resolve) => {
    if (first === undefined) {
      first = { answer, resolve };
      return;
    }
    first.resolve(answer);
    resolve(first.answer);
    first = undefined;
  });
const TOLD = {
  'alters the document': async (asked) => {
    const { answer } = await carry(asked);
    const sealedDocument = Buffer.from(answer.sealedDocument);
    sealedDocument[sealedDocument.length - 2] ^= 1;
    return answered({ ...answer, sealedDocument });
  },
  'alters the answer': async (asked) => {
    const { answer } = await carry(asked);
    const { payload } = readJws(answer.statement, TYP.answer);
    return answered({ ...answer, statement: withPayload(answer.statement, { ...payload, claims: ['fullName'] }) });
  },
  'swaps two answers': async (asked) => answered(await swapped((await carry(asked)).answer)),
  'replays an older answer': async () => answered(carried.at(-1).answer),
  'replays an older answer under its own receipts': async (asked) => {
    const old = carried.at(-1).answer;
    const { request, answer } = await carry(asked);
    const { statement, sealedDocument } = old;
    const answeredReceipt = await recordAnswered(request, asked.statement, statement, { outcome: 'delivered' });
    return answered({ ...answer, statement, sealedDocument, answeredReceipt });
  },
  'says not-found for the provider': async (asked) => {
    const request = parseRequest(readJws(asked.statement, TYP.request).payload);
    const requestedReceipt = await recordRequested(request, asked.statement);
    const said = { outcome: 'not-found', code: 'no-such-record' };
    const { id: requestId, provider, requester } = request;
    const payload = answerPayload({
      ...{ provider, requester, requestId, ...said },
      ...{ request: digestOfText(asked.statement), receipt: digestOfText(requestedReceipt), claims: [] },
      ...{ timeMs: Date.now(), journal: { size: 0, head: null } },
    });
    const statement = await signJws(signer, TYP.answer, payload);
    const answeredReceipt = await recordAnswered(request, asked.statement, statement, said);
    return answered({ statement, sealedDocument: Buffer.alloc(0), requestedReceipt, answeredReceipt });
  },
  'keeps the answer to itself': async ({ statement: asked, privatePart }) => {
    const request = parseRequest(readJws(asked, TYP.request).payload);
    const { id: requestId, requester } = request;
    const requestedReceipt = await recordRequested(request, asked);
    await offerTo(reserve(request), { requestId, requester, statement: asked, privatePart, requestedReceipt }, 10_000);
    const said = { outcome: 'unavailable', code: 'provider-lost', params: {}, timeMs: Date.now() };
    const payload = refusalPayload({ gateway, requester, request: digestOfText(asked), ...said });
    const statement = await signJws(signer, TYP.refusal, payload);
    return { result: { $case: 'refusal', value: { statement, receipt: '', requestedReceipt } } };
  },
  'refuses as if there were no record': async ({ statement: asked }) => {
    const { requester } = parseRequest(readJws(asked, TYP.request).payload);
    const said = { outcome: 'refused', code: 'no-such-record', params: {}, timeMs: Date.now() };
    const payload = refusalPayload({ gateway, requester, request: digestOfText(asked), ...said });
    const statement = await signJws(signer, TYP.refusal, payload);
    return { result: { $case: 'refusal', value: { statement, receipt: '', requestedReceipt: '' } } };
  },
  'gives no receipt': async (asked) => answered({ ...(await carry(asked)).answer, answeredReceipt: '' }),
};

const documents = makeBudget({ inAll: 1e9, ofOne: 1e9 });
const server = await startRpcServer({
  listen,
  tls: identity.tls,
  trustDomain: identity.trustDomain,
  log,
  onUnauthenticated: () => undefined,
  handlers: {
    announce: async () => ({ gateway, boot, timeMs: BigInt(Date.now()) }),
    followRegistry: (_, { peer, signal }, write) => registry.stream(peer.id, signal, write),
    request: async (asked, { traceparent }) => {
      seen.push(Buffer.from(asked.statement), Buffer.from(asked.privatePart), Buffer.from(traceparent ?? ''));
      return TOLD[lie] === undefined ? answered((await carry(asked)).answer) : TOLD[lie](asked);
    },
    acknowledge: async ({ statement }, { peer }) => {
      seen.push(Buffer.from(statement));
      const { payload } = readJws(statement, TYP.acknowledgement);
      const deliveries = payload.held.map(({ requestId, request }) => ({ requestId, request }));
      const acknowledgement = digestOf(Buffer.from(statement));
      const body = { kind: 'received', acknowledgement, requester: peer.id, provider: payload.aud, deliveries };
      return { receipt: await evidence.record(body) };
    },
    attach: (stream, { peer }) =>
      serveAttach({ sessions, documents, log, welcome: { gateway, boot }, provides: () => true }, peer.id, {
        ...stream,
        incoming: watched(stream.incoming, AttachRequest),
      }),
    upload: (incoming, { peer }) => serveUpload({ sessions, documents }, peer.id, watched(incoming, UploadRequest)),
  },
});

process.on('message', async ({ id, ...told }) => {
  if (told.lie !== undefined) lie = told.lie;
  const offers = told.offer === undefined ? [] : await offerAll(told.offer);
  const all = told.seen === true ? seen.splice(0).map((bytes) => bytes.toString('base64')) : [];
  process.send({ id, offers, seen: all });
});
process.once('disconnect', () => process.exit());
process.stdout.write(`${server.address}\n`);
