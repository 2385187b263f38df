import { expect, test } from 'vitest';
import { gatherPromises } from '../../services/cli/promises.ts';
import { signBatch } from '../../services/kernel/batch.ts';
import { digestOfText } from '../../services/kernel/digest.ts';
import { type EntryBody, writeEntry } from '../../services/kernel/evidence.ts';
import { parseBootId, parseRequestId, uuidV7 } from '../../services/kernel/ids.ts';
import type { JournalBody } from '../../services/kernel/journal.ts';
import { readJws } from '../../services/kernel/jws.ts';
import { type HeldDocument, parseAcknowledgement, TYP } from '../../services/kernel/statements.ts';
import { primitives } from '../../services/platform/crypto/index.ts';
import { silentLogger } from '../../services/platform/log/index.ts';
import { keyringOf } from '../../test/support/keyring.ts';
import { civil, gateway, gatewayKey, own, transport } from '../../test/support/registry-world.ts';
import { makeAcknowledge } from './acknowledge.ts';
import type { Journal } from './journal/index.ts';
import type { Link } from './link.ts';
import type { Links } from './links.ts';

const held = (): HeldDocument => ({
  requestId: parseRequestId(uuidV7(1, primitives.random(10))),
  request: digestOfText('request'),
  answer: digestOfText('answer'),
});

/** A kit's end of a link to a gateway that says what a test lets it say. */
const over = (say: (said: EntryBody & { kind: 'received' }) => EntryBody | Promise<EntryBody>) => {
  const kept: JournalBody[] = [];
  const clock = { nowMs: 1_000_000 };
  const given: number[] = [];
  const boot = parseBootId(uuidV7(1, primitives.random(10)));
  const acknowledge = async ({ statement }: { statement: string }) => {
    const said = parseAcknowledgement(readJws(statement, TYP.acknowledgement).payload);
    given.push(said.held.length);
    const { requester, provider, held: deliveries } = said;
    const acknowledgement = digestOfText(statement);
    const named = deliveries.map(({ requestId, request }) => ({ requestId, request }));
    const body = await say({ kind: 'received', acknowledgement, requester, provider, deliveries: named });
    const entry = writeEntry({ gateway, boot, sequence: 0, previous: null, timeMs: 5, body });
    const { receipts } = await signBatch(gatewayKey, 'wasl.test', [entry], [{}], 5);
    return { receipt: receipts[0] ?? '' };
  };
  const link = { connection: { acknowledge } } as unknown as Link;
  const head = { size: 0, head: null };
  const journal = {
    head: async () => head,
    append: async (body: JournalBody) => {
      kept.push(body);
      return head;
    },
  } as unknown as Journal;
  const identity = {
    agency: transport.id,
    trustDomain: 'wasl.test',
    tls: { ca: '', cert: '', key: '' },
    keys: keyringOf(transport.signer, transport.opener),
    recovery: transport.recovery.thumbprint,
    pins: own(transport),
    gateways: [],
  };
  const links = { pick: async () => ({ link }) } as unknown as Links;
  const tell = makeAcknowledge({ identity, links, journal, log: silentLogger, now: () => clock.nowMs });
  return { kept, clock, given, tell: (document = held()) => tell(civil.id, document, link) };
};

test('an acknowledgement is over when it has been handed in, though others always follow it', async () => {
  const gates: (() => void)[] = [];
  const { tell, given } = over(async (body) => {
    await new Promise<void>((resolve) => gates.push(resolve));
    return body;
  });
  const first = tell();
  const second = tell();
  await expect.poll(() => gates.length).toBe(1);
  gates[0]?.();
  await first;
  await expect.poll(() => gates.length).toBe(2);
  gates[1]?.();
  await second;
  expect(given).toEqual([1, 1]);
});

test('what a gateway keeps waiting too long is given up, and holds neither memory nor a drain', async () => {
  const gates: (() => void)[] = [];
  const { tell, given, clock } = over(async (body) => {
    await new Promise<void>((resolve) => gates.push(resolve));
    return body;
  });
  const all = [tell(), ...Array.from({ length: 200 }, () => tell())];
  await expect.poll(() => gates.length).toBe(1);
  clock.nowMs += 30_000;
  gates[0]?.();
  await Promise.all(all);
  expect(given).toEqual([1]);
});

test.each<[string, (of: EntryBody & { kind: 'received' }) => EntryBody]>([
  ['of nothing', () => ({ kind: 'opened', origin: 'wasl.test' })],
  ['of others', (body) => ({ ...body, deliveries: [{ requestId: held().requestId, request: digestOfText('other') }] })],
])('a receipt %s for an acknowledgement is an alarm when the journal is verified', async (_, lie) => {
  const { tell, kept } = over(lie);
  const document = held();
  await tell(document);
  const promises = gatherPromises();
  for (const [sequence, body] of kept.entries())
    promises.take('transport', { sequence, previous: null, timeMs: 5, body });
  const { requestId } = document;
  expect(promises.alarms).toContainEqual({ code: 'receipt-invalid', journal: 'transport', requestId });
});
