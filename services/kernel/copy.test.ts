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
import { signAgreement } from './agreement.ts';
import { buildCopy, relevantTo, schemaDigest } from './copy.ts';
import type { Primitives } from './keys.ts';
import { digestOverRecords, type Entity, signHead } from './registry.ts';

describe('an honest registry', () => {
  test('is held whole by a gateway', async () => {
    const copy = await copyOf(honest);
    expect(copy.problems).toEqual([]);
    expect(idsOf(copy)).toEqual(['health', 'licences']);
    expect(copy.agency('civil-status')?.keys.signing).toEqual(civil.signer.publicJwk);
    expect(copy.gateway('gw-1')).toEqual(gatewayKey.publicJwk);
    expect(copy.documentType(documentType, 1)?.schemaDigest).toBe(schemaDigest(schema));
    expect(copy.audit).toEqual(auditKey.publicJwk);
    expect([copy.version, copy.timeMs]).toEqual([7, 1000]);
  });

  test('gives a kit its own agreements, and the keys and schemas that these pin', async () => {
    const copy = await copyOf(honest, own(transport));
    expect(copy.problems).toEqual([]);
    expect(idsOf(copy)).toEqual(['licences']);
    expect(copy.agencies.map(({ id }) => id).sort()).toEqual(['civil-status', 'transport']);
    expect(copy.documentTypes.length).toBe(1);
  });

  test('gives a kit, from only the records that concern it, the same copy', async () => {
    const state = await publish(honest);
    const records = relevantTo(transport.id, state.records);
    expect(records.length).toBe(7);
    const copy = await buildCopy(primitives, own(transport), { ...state, records });
    expect(idsOf(copy)).toEqual(['licences']);
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
    const oneSided = await agreed(healthTerms, health.signer, health.signer);
    const unlike: Entity = {
      kind: 'agreement',
      id: 'health',
      status: 'active',
      signed: {
        requester: await signAgreement(health.signer, healthTerms),
        provider: await signAgreement(civil.signer, { ...healthTerms, quotaPerDay: 1 }),
      },
    };
    for (const bad of [oneSided, unlike]) {
      const copy = await copyOf(withEntities(bad));
      expect(idsOf(copy)).toEqual(['licences']);
      expect(copy.problems).toEqual([{ what: 'agreement/health', code: 'signature-invalid' }]);
      const { records } = await publish(withEntities(bad));
      expect(relevantTo(transport.id, records).length).toBe(7);
    }
  });

  test('of an agency takes only its own agreements with it', async () => {
    const bad: Entity = { kind: 'agency', id: health.id, name: both('h'), status: 'active', keys: 'x.y.z' };
    const copy = await copyOf(withEntities(bad));
    expect(idsOf(copy)).toEqual(['licences']);
    expect(copy.problems.map(({ what }) => what)).toEqual(['agency/health', 'agreement/health']);
  });

  test('of a kind that we do not know is left out; the rest stands', async () => {
    const future = { kind: 'procedure', id: 'later' } as unknown as Entity;
    const copy = await copyOf(withEntities(future));
    expect(idsOf(copy)).toEqual(['health', 'licences']);
    expect(copy.problems.map(({ code }) => code)).toEqual(['malformed-message']);
  });

  test('that names an agreement otherwise than its terms do is left out', async () => {
    const copy = await copyOf(withEntities(await agreed(terms(), transport.signer, civil.signer, 'other')));
    expect(copy.problems).toEqual([{ what: 'agreement/other', code: 'malformed-message' }]);
  });
});
