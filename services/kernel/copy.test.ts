import { describe, expect, test } from 'vitest';
import {
  agreed,
  auditKey,
  both,
  civil,
  copyOf,
  documentType,
  gatewayKey,
  health,
  healthTerms,
  honest,
  idsOf,
  own,
  pins,
  publish,
  registry,
  schema,
  terms,
  transport,
  withEntities,
} from '../../test/support/registry-world.ts';
import { primitives } from '../platform/crypto/index.ts';
import { acceptAgreement, draftAgreement } from './agreement.ts';
import { buildCopy, holdRecord, schemaDigest } from './copy.ts';
import type { Primitives } from './keys.ts';
import { digestOverRecords, type Entity, signHead } from './registry.ts';

describe('an honest registry', () => {
  test('is held whole by a gateway', async () => {
    const copy = await copyOf(honest);
    expect(await idsOf(copy)).toEqual(['health', 'licences']);
    expect(copy.problems).toEqual([]);
    expect(copy.agency('civil-status')?.keys.signing).toEqual(civil.signer.publicJwk);
    expect(copy.gateway('gw-1')).toEqual(gatewayKey.publicJwk);
    expect(copy.documentType(documentType, 1)?.schemaDigest).toBe(schemaDigest(schema));
    expect(copy.audit).toEqual(auditKey.publicJwk);
    expect([copy.version, copy.timeMs]).toEqual([7, 1000]);
  });

  test('gives a kit its own agreements, and the keys and schemas that these pin', async () => {
    const copy = await copyOf(honest, own(transport));
    expect(copy.problems).toEqual([]);
    expect(await idsOf(copy)).toEqual(['licences']);
    expect(
      copy
        .agencies()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['civil-status', 'transport']);
    expect(copy.documentTypes().length).toBe(1);
  });

  test('gives a kit, from only the records that concern it, the same copy', async () => {
    const state = await publish(honest);
    const told = (await buildCopy(primitives, pins, state)).relevantTo(transport.id);
    const records = told.map(({ text }) => holdRecord(text.read()));
    expect(records.length).toBe(10);
    const copy = await buildCopy(primitives, own(transport), { ...state, records });
    expect(await idsOf(copy)).toEqual(['licences']);
  });

  test('costs one verification when only the head is new', async () => {
    let verified = 0;
    const counting: Primitives = {
      ...primitives,
      verifyEs256: (...of) => {
        verified += 1;
        return primitives.verifyEs256(...of);
      },
    };
    const state = await publish(honest);
    const first = await buildCopy(counting, pins, state);
    verified = 0;
    const digest = digestOverRecords(state.digests);
    const head = await signHead(registry, { version: 7, timeMs: 2000, digest });
    const second = await buildCopy(counting, pins, { ...state, head }, first);
    expect([verified, second.timeMs]).toEqual([1, 2000]);
  });
});

describe('one bad record', () => {
  test('of an agreement is left out and named; the rest stands', async () => {
    const oneSided = await agreed(healthTerms, health.officer.signer, health.officer.signer);
    const good = await agreed(healthTerms, health.officer.signer);
    const other = await draftAgreement(health.officer.signer, { ...healthTerms, quotaPerDay: 1 });
    const unlike: Entity = {
      ...good,
      signed: { ...good.signed, provider: await acceptAgreement(civil.officer.signer, other) },
    };
    for (const [bad, code] of [
      [oneSided, 'officer-not-certified'],
      [unlike, 'signature-invalid'],
    ] as const) {
      const copy = await copyOf(withEntities(bad));
      expect(await idsOf(copy)).toEqual(['licences']);
      expect(copy.problems).toEqual([{ what: 'agreement/health', code }]);
      expect(copy.relevantTo(transport.id).length).toBe(10);
    }
  });

  test('of an agency takes only its own agreements with it', async () => {
    const bad: Entity = { kind: 'agency', id: health.id, name: both('h'), status: 'active', keys: 'x.y.z' };
    const copy = await copyOf(withEntities(bad));
    expect(await idsOf(copy)).toEqual(['licences']);
    expect(copy.problems.map(({ what }) => what)).toEqual(['agency/health', 'agreement/health']);
  });

  test('of a kind that we do not know is left out; the rest stands', async () => {
    const future = { kind: 'procedure', id: 'later' } as unknown as Entity;
    const copy = await copyOf(withEntities(future));
    expect(await idsOf(copy)).toEqual(['health', 'licences']);
    expect(copy.problems.map(({ code }) => code)).toEqual(['malformed-message']);
  });

  test('that names an agreement otherwise than its terms do is left out', async () => {
    const copy = await copyOf(withEntities({ ...(await agreed(terms())), id: 'other' }));
    expect(await idsOf(copy)).toEqual(['health', 'licences']);
    expect(copy.problems).toEqual([{ what: 'agreement/other', code: 'malformed-message' }]);
  });
});
