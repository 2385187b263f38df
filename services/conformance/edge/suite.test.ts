import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { attachKit, judged, makeRegister, openWorld, READER, type World } from '../../../test/support/conformance.ts';
import { attachTrusting, type Trusting } from '../../../test/support/trusting-adapter.ts';
import {
  generateEncryptionKey,
  generateSigningKey,
  openerFromJwk,
  signerFromJwk,
} from '../../platform/crypto/index.ts';
import { CHECK_IDS, type CheckId, isReady } from '../domain/checks.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
  return () => world.stop();
});

test('an adapter of the kit passes every check that its integrator lets the suite make', async () => {
  const register = makeRegister();
  const kit = await attachKit(world, register.handler);
  const results = await judged(world.rehearsal, {
    hands: {
      sourceDown: async () => register.set(false),
      sourceUp: async () => register.set(true),
      terminate: () => kit.end(),
    },
  });
  expect(results.map(({ check }) => check)).toEqual([...CHECK_IDS]);
  expect(results.filter(({ verdict }) => verdict !== 'passed')).toMatchObject([
    { check: 'events', verdict: 'not-applicable' },
  ]);
  expect(isReady(results)).toBe(true);
}, 60_000);

test('what the integrator’s side does not allow is said to be not run, and does not keep an agency from being ready', async () => {
  const kit = await attachKit(world, makeRegister().handler);
  const results = await judged(world.rehearsal);
  expect(results.filter(({ verdict }) => verdict === 'not-run').map(({ check }) => check)).toEqual([
    'source-down',
    'drain',
  ]);
  expect(isReady(results)).toBe(true);
  await kit.end();
}, 60_000);

test('an adapter that does not attach fails that check, and no other is said to have been made', async () => {
  const [attaches, ...others] = await judged(world.rehearsal, { patienceMs: 100 });
  expect(attaches).toMatchObject({ check: 'attaches', verdict: 'failed' });
  expect(new Set(others.map(({ verdict }) => verdict))).toEqual(new Set(['not-run']));
  expect(isReady([attaches, ...others].filter((one) => one !== undefined))).toBe(false);
});

/** What fails of these checks, each with a sentence in both languages. */
const failing = async (only: readonly CheckId[], hands = {}): Promise<readonly CheckId[]> => {
  const results = await judged(world.rehearsal, { only, hands, patienceMs: 1_000 });
  expect(isReady(results)).toBe(false);
  const failed = results.filter(({ verdict }) => verdict === 'failed');
  for (const { what } of failed) {
    expect(what?.en).toMatch(/[a-z]/);
    expect(what?.ar).toMatch(/[\u0600-\u06ff]/);
  }
  return failed.map(({ check }) => check);
};

describe('an adapter that believes all it is told', () => {
  test('fails whatever a dishonest hub tries', async () => {
    const end = await attachTrusting(world);
    const tried: readonly CheckId[] = [
      ...(['malformed-subject', 'deadline-passed', 'freshness', 'replay', 'replay-other-bytes'] as const),
      ...(['altered-signature', 'foreign-signer', 'foreign-agency', 'purpose-not-agreed'] as const),
      ...(['claim-not-agreed', 'receipt-missing', 'receipt-foreign', 'other-key', 'suspension'] as const),
    ];
    expect(await failing([...tried, 'delivers', 'not-found'])).toEqual(CHECK_IDS.filter((id) => tried.includes(id)));
    await end();
  }, 60_000);

  test.each<[string, Trusting, readonly CheckId[]]>([
    ['names another agency’s document', { documentTypes: ['health.record'] }, ['attaches']],
    ['takes nothing', { credits: 0 }, ['attaches']],
    ['signs with a key of its own', { signer: signerFromJwk(generateSigningKey()) }, ['answer-signed']],
    ['seals to somebody else', { sealedFor: openerFromJwk(generateEncryptionKey()).publicJwk }, ['document-sealed']],
    ['leaves a claim empty', { card: { branch: '' } }, ['document-valid']],
    ['answers about somebody else', { card: { nationalNumber: '0001112224' } }, ['document-valid']],
    ['tells more than was asked', { tellsAll: true }, ['claims-withheld']],
    ['finds nobody', { always: 'not-found' }, ['delivers']],
    ['serves fewer at once than it said', { servesAtOnce: 4, slowMs: 20 }, ['concurrency']],
    ['is late and does not care', { slowMs: 3_300 }, ['deadline-near', 'cancel']],
    ['does not come back', {}, ['reattaches']],
  ])(
    'fails when it %s',
    async (_, how, checks) => {
      const end = await attachTrusting(world, how);
      expect(await failing(checks)).toEqual(checks);
      await end();
    },
    60_000,
  );

  test('fails when it leaves with work in hand', async () => {
    const end = await attachTrusting(world, { slowMs: 400 });
    expect(await failing(['drain'], { terminate: end })).toEqual(['drain']);
  }, 60_000);
});

describe('an adapter of the kit', () => {
  let ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends) await end();
    ends = [];
  });
  const attach = async (...[handler, changed]: [Parameters<typeof attachKit>[1], Parameters<typeof attachKit>[2]?]) => {
    ends.push((await attachKit(world, handler, changed)).end);
  };

  test('fails when its handler takes a source that is down for an empty one', async () => {
    const register = makeRegister();
    let down = false;
    await attach(async (call) => (down ? { kind: 'not-found' } : register.handler(call)));
    const hands = {
      sourceDown: async () => {
        down = true;
      },
      sourceUp: async () => {
        down = false;
      },
    };
    expect(await failing(['source-down'], hands)).toEqual(['source-down']);
  });

  test('fails when its journal forgets the requests it has seen', async () => {
    await attach(makeRegister().handler, {
      journal: (own) => ({ ...own, admit: async () => 'admitted' }),
    });
    expect(await failing(['replay', 'replay-other-bytes'])).toEqual(['replay', 'replay-other-bytes']);
  });

  test('fails when its clock is behind', async () => {
    await attach(makeRegister().handler, { now: () => Date.now() - 8_000 });
    expect(await failing(['deadline-passed'])).toEqual(['deadline-passed']);
  });

  test('fails when its handler finds the wrong entry, or breaks off', async () => {
    const { handler } = makeRegister();
    await attach(async (call) => {
      if (call.subject.value !== READER.value) throw new Error('no such row');
      const found = await handler(call);
      return found.kind === 'found'
        ? { ...found, document: { ...found.document, nationalNumber: '0001112224' } }
        : found;
    });
    expect(await failing(['delivers', 'not-found'])).toEqual(['delivers', 'not-found']);
  });
});
