import { describe, expect, test } from 'vitest';
import {
  agency,
  agreed,
  approver,
  both,
  civil,
  copyOf,
  documentType,
  gateway,
  gatewayKey,
  health,
  honest,
  idsOf,
  officer,
  own,
  party,
  pins,
  publish,
  registry,
  root,
  terms,
  thief,
  transport,
  trusted,
  withEntities,
} from '../../test/support/registry-world.ts';
import { primitives } from '../platform/crypto/index.ts';
import { makeRegistryReader } from '../platform/registry/changes.ts';
import { buildCopy, type CopyPins, holdRecord, type RegistryCopy, type RegistryState } from './copy.ts';
import { parseGatewayId } from './ids.ts';
import { signAgencyKeys, signAuditKeys, signGatewayKeys, signRegistryKeys } from './key-statements.ts';
import { digestOverRecords, type Entity, signHead, signRecord } from './registry.ts';

describe('whoever stole the registry key', () => {
  const swapped = (of: typeof civil) =>
    agency({ ...of, recovery: thief.root, signer: thief.signing, opener: thief.encryption });

  test('cannot invent an agreement', async () => {
    const invented = terms({ id: 'invented', claims: ['everything'] });
    for (const [requester, provider, authority] of [
      [thief.signing, thief.signing, thief.signing],
      [transport.officer.signer, thief.signing, approver.signer],
      [thief.signing, civil.officer.signer, approver.signer],
      [transport.officer.signer, civil.officer.signer, thief.signing],
      // The agencies' own keys are not their officers', nor is one officer another.
      [transport.signer, civil.signer, root],
      [civil.officer.signer, transport.officer.signer, approver.signer],
    ] as const) {
      for (const held of [pins, own(transport), own(civil)]) {
        const copy = await copyOf(withEntities(await agreed(invented, requester, provider, authority)), held);
        expect(await idsOf(copy)).not.toContain('invented');
        expect(copy.problems).toEqual([{ what: 'agreement/invented', code: 'officer-not-certified' }]);
      }
    }
  });

  test('cannot invent an agreement with an agency of his own making that a kit has not signed with', async () => {
    const mask = { ...(await party('mask')), signer: thief.signing, recovery: thief.root };
    const invented = terms({
      id: 'invented',
      requester: mask.id,
      pins: { ...terms().pins, requesterRecovery: thief.root.thumbprint },
    });
    const acting = await officer(mask.id, thief.signing);
    const entities = withEntities(
      await agency(mask),
      acting.entity,
      await agreed(invented, acting.signer, thief.signing),
    );
    const copy = await copyOf(entities, own(civil));
    expect(await idsOf(copy)).toEqual(['health', 'licences']);
    expect(copy.agency('mask')).toBeUndefined();
  });

  test('cannot swap an agency’s keys: its agreements fall, and no kit has the new keys to seal to', async () => {
    const entities = withEntities(await swapped(civil));
    const kit = await copyOf(entities, own(transport));
    expect(await idsOf(kit)).toEqual([]);
    expect(kit.problems).toEqual([{ what: 'agreement/licences', code: 'pin-mismatch' }]);
    expect(kit.agency('civil-status')).toBeUndefined();
    expect(kit.documentType(documentType, 1)).toBeUndefined();
    expect(await idsOf(await copyOf(entities))).toEqual([]);
  });

  test('cannot hide a swap of keys by dropping the agreement that pins them', async () => {
    const entities = withEntities(await swapped(civil)).filter((entity) => entity.id !== 'licences');
    expect((await copyOf(entities, own(transport))).agency('civil-status')).toBeUndefined();
  });

  test('cannot tell a kit that its own key is another', async () => {
    const resigned = await agreed(terms({ claims: ['everything'] }), thief.signing);
    const copy = await copyOf(withEntities(await swapped(transport), resigned), own(transport));
    expect(await idsOf(copy)).toEqual([]);
    expect(copy.agency('transport')).toBeUndefined();
    expect(copy.problems).toEqual([
      { what: 'agreement/licences', code: 'pin-mismatch' },
      { what: 'agency/transport', code: 'pin-mismatch' },
    ]);
  });

  test('cannot move an agency’s own keys under another agency’s name', async () => {
    const keys = await signAgencyKeys(health.recovery, health.id, health.signer.publicJwk, health.opener.publicJwk);
    const moved: Entity = { kind: 'agency', id: civil.id, name: both('c'), status: 'active', keys };
    const copy = await copyOf(withEntities(moved));
    expect(copy.agency('civil-status')).toBeUndefined();
    expect(copy.problems[0]).toEqual({ what: 'agency/civil-status', code: 'pin-mismatch' });
  });

  test('cannot swap the audit key, nor leave it out', async () => {
    const keys = await signAuditKeys(thief.root, thief.encryption.publicJwk);
    const entities = withEntities({ kind: 'audit', id: 'audit', keys });
    await expect(copyOf(entities)).rejects.toMatchObject({ code: 'pin-mismatch' });
    const without = honest.filter(({ kind }) => kind !== 'audit');
    await expect(copyOf(without)).rejects.toMatchObject({ code: 'pin-mismatch' });
  });

  test('cannot make a gateway, nor swap one’s key, nor rename one', async () => {
    const forged = await signGatewayKeys(thief.root, gateway, thief.signing.publicJwk);
    const genuine = await signGatewayKeys(root, gateway, gatewayKey.publicJwk);
    const copy = await copyOf(
      withEntities(
        { kind: 'gateway', id: gateway, keys: forged },
        { kind: 'gateway', id: parseGatewayId('gw-2'), keys: genuine },
      ),
    );
    expect([copy.gateway('gw-1'), copy.gateway('gw-2')]).toEqual([undefined, undefined]);
    expect(copy.problems.map(({ code }) => code)).toEqual(['pin-mismatch', 'pin-mismatch']);
  });

  test('cannot change a schema under an agreement', async () => {
    const other: Entity = {
      kind: 'document-type',
      id: documentType,
      version: 1,
      provider: civil.id,
      title: both('extract'),
      schema: { type: 'object' },
    };
    const copy = await copyOf(withEntities(other), own(civil));
    expect(await idsOf(copy)).toEqual([]);
    expect(copy.documentTypes()).toEqual([]);
    expect(copy.problems.map(({ code }) => code)).toEqual(['pin-mismatch', 'pin-mismatch']);
  });

  test('cannot replace his own key: the authority’s word is needed', async () => {
    const keys = await signRegistryKeys(thief.root, trusted(thief.signing));
    const state = publish(withEntities({ kind: 'registry', id: 'registry', keys }), { by: thief.signing });
    await expect(buildCopy(primitives, pins, await state)).rejects.toMatchObject({ code: 'pin-mismatch' });
  });

  test('cannot bring back an older version of an agreement', async () => {
    const before = await copyOf(honest, own(civil));
    const older = await agreed(terms({ version: 1 }));
    const copy = await copyOfVersion(8, withEntities(older), own(civil), before);
    expect(await idsOf(copy)).toEqual(['health']);
    expect(copy.problems).toEqual([{ what: 'agreement/licences', code: 'registry-rollback' }]);
  });
});

const copyOfVersion = async (version: number, entities: readonly Entity[], held: CopyPins, previous: RegistryCopy) =>
  buildCopy(primitives, held, await publish(entities, { version }), previous);

describe('whoever stands between the registry and a copy', () => {
  test('cannot bring back an older state, nor show another one under the same version', async () => {
    const copy = await copyOf(honest);
    const older = await publish(honest, { version: 6 });
    await expect(buildCopy(primitives, pins, older, copy)).rejects.toMatchObject({ code: 'registry-rollback' });
    const other = await publish(honest.slice(0, -1), { version: 7 });
    await expect(buildCopy(primitives, pins, other, copy)).rejects.toMatchObject({ code: 'registry-rollback' });
  });

  test('makes nothing older by showing an older head over the same records', async () => {
    const state = await publish(honest, { timeMs: 5000 });
    const copy = await buildCopy(primitives, pins, state);
    const digest = digestOverRecords(state.digests);
    const head = await signHead(registry, { version: 7, timeMs: 4000, digest });
    expect((await buildCopy(primitives, pins, { ...state, head }, copy)).timeMs).toBe(5000);
  });

  test('cannot drop a record from the list and keep the head', async () => {
    const { records, head, digests } = await publish(honest);
    for (const index of records.keys()) {
      const gone = records[index]?.digest;
      const state = {
        records: records.filter((_, at) => at !== index),
        head,
        digests: digests.filter((digest) => digest !== gone),
      };
      await expect(buildCopy(primitives, pins, state)).rejects.toMatchObject({
        code: index === 0 ? 'pin-mismatch' : 'signature-invalid',
      });
    }
  });

  test('gains nothing by withholding a record from a kit: what it holds only shrinks', async () => {
    const state = await publish(honest);
    for (const index of state.records.keys()) {
      const records = state.records.filter((_, at) => at !== index);
      const copy = await buildCopy(primitives, own(transport), { ...state, records }).catch(() => undefined);
      expect(['licences', '']).toContain(copy === undefined ? '' : (await idsOf(copy)).join());
    }
  });

  test('cannot slip in a withdrawn record, another’s record, or an entity twice', async () => {
    const { records, head, digests } = await publish(honest);
    const late = holdRecord(await signRecord(registry, await agreed(terms({ id: 'withdrawn' }))));
    const slipped = buildCopy(primitives, pins, { records: [...records, late], head, digests });
    await expect(slipped).rejects.toMatchObject({ code: 'signature-invalid' });

    const foreign = holdRecord(await signRecord(thief.signing, honest.at(-1) as Entity));
    const listed = [...records.slice(0, -1), foreign];
    const list = listed.map(({ digest }) => digest).sort();
    const signed = await signHead(registry, { version: 7, timeMs: 1, digest: digestOverRecords(list) });
    await expect(buildCopy(primitives, pins, { records: listed, head: signed, digests: list })).rejects.toMatchObject({
      code: 'signature-invalid',
    });
    await expect(copyOf([...honest, honest.at(-1) as Entity])).rejects.toMatchObject({ code: 'malformed-message' });
  });

  test('cannot sign a head with another key', async () => {
    const { records, digests } = await publish(honest);
    const head = await signHead(thief.signing, { version: 9, timeMs: 1, digest: digestOverRecords(digests) });
    await expect(buildCopy(primitives, pins, { records, head, digests })).rejects.toMatchObject({
      code: 'signature-invalid',
    });
  });
});

test('whoever stole a gateway piles up nothing at a kit behind a head that it has seen', async () => {
  const { records, digests, head } = await publish(honest);
  const read = makeRegistryReader();
  const told = { records: records.map(({ text }) => text.read()), digests: [...digests], withdrawn: [], head };
  const first = await buildCopy(primitives, own(transport), read(told) as RegistryState);
  const more = read({ records: [], digests: ['x'.repeat(1000)], withdrawn: [], head }) as RegistryState;
  await expect(buildCopy(primitives, own(transport), more, first)).rejects.toMatchObject({ code: 'signature-invalid' });
});
