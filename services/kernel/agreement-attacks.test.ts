import { describe, expect, test } from 'vitest';
import {
  agency,
  agreed,
  approver,
  civil,
  copyOf,
  honest,
  idsOf,
  licences,
  officer,
  own,
  party,
  pins,
  publish,
  stepped,
  terms,
  thief,
  transport,
  withEntities,
} from '../../test/support/registry-world.ts';
import { primitives } from '../platform/crypto/index.ts';
import { accept, draft } from './agreement-record.ts';
import { buildCopy, type CopyPins, type RegistryCopy } from './copy.ts';
import { AUTHORITY } from './ids.ts';
import { signOfficerRevocation } from './officer.ts';
import type { Entity } from './registry.ts';

const copyOfVersion = async (version: number, entities: readonly Entity[], held: CopyPins, previous: RegistryCopy) =>
  buildCopy(primitives, held, await publish(entities, { version }), previous);

describe('whoever stole the registry key', () => {
  test('cannot invent an officer, nor have one in another’s name', async () => {
    const invented = terms({ id: 'invented' });
    const forged = [
      await officer(civil.id, thief.signing, {}, thief.signing),
      await officer(AUTHORITY, thief.root, {}, thief.signing),
      // Certified by somebody who may, for somebody else.
      await officer(civil.id, transport.signer, {}, thief.signing),
    ];
    const entities = forged.map(({ entity }) => entity);
    for (const held of [pins, own(transport), own(civil)]) {
      for (const [provider, authority] of [
        [thief.signing, approver.signer],
        [civil.officer.signer, thief.signing],
      ] as const) {
        const agreement = await agreed(invented, transport.officer.signer, provider, authority);
        // Two of them are one key: one record of it at a time.
        for (const entity of entities) {
          expect(await idsOf(await copyOf(withEntities(entity, agreement), held))).not.toContain('invented');
        }
      }
    }
  });

  test('cannot approve a draft, nor resume what is suspended, nor take an officer’s word back', async () => {
    const drafted = await draft(transport.officer.signer, terms());
    const accepted = await accept(civil.officer.signer, drafted);
    const his = { issuer: AUTHORITY, signer: thief.signing, entity: approver.entity } as const;
    const suspended = await stepped(licences, civil.officer, 'suspended');
    const revocation = await signOfficerRevocation(thief.signing, {
      issuer: civil.id,
      officer: civil.officer.signer.thumbprint,
      sinceMs: 0,
    });
    for (const held of [pins, own(transport), own(civil)]) {
      for (const forged of [
        await stepped(accepted, his, 'approved'),
        { ...accepted, steps: licences.steps },
        { ...drafted, steps: licences.steps },
        await stepped(suspended, { ...his, issuer: civil.id }, 'resumed'),
        await stepped(suspended, transport.officer, 'resumed'),
      ]) {
        expect(await idsOf(await copyOf(withEntities(forged), held))).not.toContain('licences');
      }
      const copy = await copyOf(withEntities({ ...civil.officer.entity, revocation }), held);
      expect(await idsOf(copy)).toContain('licences');
    }
  });

  test('cannot drop a step that a reader has seen, not even by withdrawing the agreement in between', async () => {
    const suspended = await stepped(licences, civil.officer, 'suspended');
    const terminated = await stepped(licences, transport.officer, 'terminated');
    const without = honest.filter((entity) => entity !== licences);
    for (const held of [pins, own(transport), own(civil)]) {
      for (const last of [suspended, terminated]) {
        const seen = await copyOfVersion(8, withEntities(last), held, await copyOf(honest, held));
        await seen.agreements();
        const gone = await copyOfVersion(9, without, held, seen);
        for (const copy of [
          await copyOfVersion(9, honest, held, seen),
          await copyOfVersion(10, honest, held, gone),
          await copyOfVersion(10, withEntities(await agreed(terms())), held, gone),
        ]) {
          expect(await idsOf(copy)).not.toContain('licences');
          expect(copy.problems).toContainEqual({ what: 'agreement/licences', code: 'registry-rollback' });
        }
      }
    }
  });

  test('cannot make a reader forget that an officer’s key was taken back', async () => {
    const { issuer, signer, entity } = civil.officer;
    const revocation = await signOfficerRevocation(civil.signer, { issuer, officer: signer.thumbprint, sinceMs: 0 });
    for (const held of [pins, own(transport), own(civil)]) {
      const seen = await copyOfVersion(8, withEntities({ ...entity, revocation }), held, await copyOf(honest, held));
      expect(await idsOf(seen)).not.toContain('licences');
      expect(await idsOf(await copyOfVersion(9, honest, held, seen))).not.toContain('licences');
    }
  });

  test('cannot vouch for an agency by a draft that it signed itself', async () => {
    const mask = { ...(await party('mask')), signer: thief.signing, recovery: thief.root };
    const acting = await officer(mask.id, thief.signing);
    const of = terms({
      id: 'invented',
      requester: mask.id,
      pins: { ...terms().pins, requesterRecovery: thief.root.thumbprint },
    });
    const copy = await copyOf(
      withEntities(await agency(mask), acting.entity, await draft(acting.signer, of)),
      own(civil),
    );
    expect((await copy.agreements()).find(({ terms: { id } }) => id === 'invented')?.status).toBe('drafted');
    expect(copy.agency('mask')).toBeUndefined();
  });
});
