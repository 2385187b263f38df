import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Ask, Kit } from '../../adapters/kit/index.ts';
import { approvedAgreement, type ThreeOfficers } from '../../services/cli/development/agreements.ts';
import { type Agreement, readAgreement } from '../../services/kernel/agreement.ts';
import { nextStep } from '../../services/kernel/agreement-record.ts';
import { decodeBatch } from '../../services/kernel/batch.ts';
import { parseAgencyId } from '../../services/kernel/ids.ts';
import { openPrivateAsAudit } from '../../services/kernel/jwe.ts';
import { signAgencyKeys, signAuditKeys, signGatewayKeys } from '../../services/kernel/key-statements.ts';
import type { Signer } from '../../services/kernel/keys.ts';
import type { Entity, EntityOf } from '../../services/kernel/registry.ts';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import {
  generateEncryptionKey,
  generateSigningKey,
  loadOpener,
  openerFromJwk,
  primitives,
  signerFromJwk,
} from '../../services/platform/crypto/index.ts';
import { ASK, EXTRACT } from '../support/asks.ts';
import { personalExtract } from '../support/documents.ts';
import { type Exchange, startExchange, until } from '../support/exchange.ts';
import { type HostileRegistry, stealRegistry } from '../support/hostile-registry.ts';
import { officersOf } from '../support/officers.ts';
import { sharedCluster } from '../support/postgres.ts';
import { rawClient } from '../support/raw-client.ts';

/** Longer than a registry head counts. */
const STALE_MS = 25 * 3_600_000;

describe('somebody who owns the registry’s keys', () => {
  let bus: Bus;
  let exchange: Exchange;
  let thief: HostileRegistry;
  let asker: Kit;
  let provider: Kit;
  let calls = 0;
  const off: Record<string, number> = {};
  const nowOf = (clock: string): number => Date.now() + (off[clock] ?? 0);
  /** The thief's own keys: all of them but those that he would need. */
  const [recovery, signing] = [signerFromJwk(generateSigningKey()), signerFromJwk(generateSigningKey())];
  const encryption = openerFromJwk(generateEncryptionKey());
  const sealed: Uint8Array[] = [];

  beforeAll(async () => {
    const cluster = await sharedCluster();
    bus = await openEmbeddedBus({ url: await cluster.createDatabase() });
    exchange = await startExchange(bus, { now: () => nowOf('gateway'), kitNow: nowOf });
    provider = await exchange.kit('civil-status', {
      [EXTRACT]: async () => {
        calls += 1;
        return { kind: 'found', document: personalExtract() };
      },
    });
    asker = await exchange.kit('transport');
    await bus.follow({
      topic: 'wasl.evidence',
      from: 'beginning',
      handle: ({ value }) => {
        for (const { privatePart } of decodeBatch(value).beside)
          if (privatePart !== undefined) sealed.push(privatePart);
      },
    });
    // The honest one, which would put right what he writes, is his as well.
    await exchange.registry.stop();
    thief = await stealRegistry(bus, exchange);
  }, 120_000);
  afterAll(async () => {
    await exchange?.stop();
    await bus?.close();
    await (await sharedCluster()).stop();
  }, 60_000);
  beforeEach(() => {
    calls = 0;
  });
  afterEach(async () => {
    for (const clock of Object.keys(off)) off[clock] = 0;
    await taken(await thief.restore());
    expect(await ask()).toMatchObject({ outcome: 'delivered' });
  });

  const ask = (changes: Partial<Ask> = {}) => asker.request({ ...ASK, ...changes });
  /** Resolves once both kits, and so the gateway before them, have a copy of this version. */
  const taken = (version: number): Promise<void> =>
    until(() => [asker, provider].every((kit) => kit.copy()?.version === version));
  const held = <K extends Entity['kind']>(kind: K, id: string): EntityOf<K> =>
    thief.entities.find((entity) => entity.kind === kind && entity.id === id) as EntityOf<K>;
  /** An agreement by the officers whose keys he has besides his own. */
  const agreed = async (changes: Partial<Agreement>, stolen: readonly (keyof ThreeOfficers)[]): Promise<Entity> => {
    const terms = { ...readAgreement(held('agreement', 'transport.personal-extract').signed), ...changes };
    const all = await officersOf(exchange.layout, terms);
    const his = Object.fromEntries(stolen.map((side) => [side, all[side]]));
    return approvedAgreement({ requester: signing, provider: signing, authority: signing, ...his }, terms, Date.now());
  };
  const refused = async (code: string, changes: Partial<Ask> = {}): Promise<void> => {
    expect(await ask(changes)).toMatchObject({ outcome: 'refused', code });
    expect(calls).toBe(0);
  };

  test('invents no agreement, not even with the requester’s own signature', async () => {
    const invented = { id: 'invented', purpose: 'curiosity', claims: ['motherName'] };
    const counts = () => Promise.all([asker, provider].map(async (kit) => (await kit.copy()?.agreements())?.length));
    const before = await counts();
    await taken(await thief.publish([await agreed(invented, ['requester', 'authority'])]));
    expect(await counts()).toEqual(before);
    await refused('purpose-not-agreed', { purpose: 'curiosity', claims: ['motherName'] });
  });

  test('widens no agreement: what stood under its name falls', async () => {
    const wider = { claims: ['birthDate', 'motherName'], version: 2 };
    await taken(await thief.publish([await agreed(wider, ['provider', 'authority'])]));
    await refused('no-agreement', { claims: ['motherName'] });
  });

  test('resumes nothing that a ministry suspended, and cannot take the suspension off again', async () => {
    const agreement = held('agreement', 'transport.personal-extract');
    const { provider: officer } = await officersOf(exchange.layout, readAgreement(agreement.signed));
    const issuer = parseAgencyId('civil-status');
    const step = async (of: EntityOf<'agreement'>, by: Signer, what: 'suspended' | 'resumed') =>
      nextStep(by, of, { issuer, step: what, timeMs: Date.now() });
    const suspended = await step(agreement, officer, 'suspended');
    await taken(await thief.publish([suspended]));
    await refused('agreement-suspended');
    await taken(await thief.publish([await step(suspended, signing, 'resumed')]));
    await refused('no-agreement');
    await taken(await thief.restore());
    await refused('no-agreement');
    // Only whoever suspended says when it is over.
    await thief.keep(await step(suspended, officer, 'resumed'));
  });

  const swap = async (agency: 'civil-status' | 'transport'): Promise<void> => {
    const keys = await signAgencyKeys(recovery, held('agency', agency).id, signing.publicJwk, encryption.publicJwk);
    await taken(await thief.publish([{ ...held('agency', agency), keys }]));
    for (const kit of [asker, provider]) {
      expect(kit.copy()?.agency(agency)?.keys.encryption.x).not.toBe(encryption.publicJwk.x);
    }
  };

  test('swaps no key of a provider: nobody seals to his', async () => {
    await swap('civil-status');
    await refused('no-agreement');
  });

  test('swaps no key of a requester: nobody answers who signs with his, in a certificate’s own name', async () => {
    const raw = await rawClient(exchange, 'transport');
    await swap('transport');
    await refused('unknown-key');
    const forged = await raw.make({ encryptionKey: encryption.thumbprint }, signing);
    expect(await raw.send(forged)).toMatchObject({ code: 'no-agreement', by: 'gateway' });
    expect(calls).toBe(0);
    raw.connection.close();
  });

  test('swaps no audit key: the copy that has it is taken by nobody, and what was good goes on', async () => {
    const audit: Entity = { kind: 'audit', id: 'audit', keys: await signAuditKeys(recovery, encryption.publicJwk) };
    const before = asker.copy();
    await thief.publish([audit]);
    expect(await ask()).toMatchObject({ outcome: 'delivered' });
    // A state after it has come, so that one has come as well.
    await taken(await thief.restore());
    expect(asker.copy()?.audit).toEqual(before?.audit);
    const auditor = await loadOpener(join(exchange.layout.audit, 'encryption.jwk'));
    const opened = await Promise.all(sealed.map((part) => openPrivateAsAudit(primitives, auditor, part)));
    expect(opened.length).toBeGreaterThan(0);
    for (const part of sealed)
      await expect(openPrivateAsAudit(primitives, encryption, part)).rejects.toMatchObject({
        code: 'sealed-unreadable',
      });
  });

  test('swaps no key of a gateway: no kit takes its word any more, nor his', async () => {
    const { id } = held('gateway', 'gw-1');
    await taken(
      await thief.publish([{ kind: 'gateway', id, keys: await signGatewayKeys(recovery, id, signing.publicJwk) }]),
    );
    expect([asker, provider].map((kit) => kit.copy()?.gateway(id))).toEqual([undefined, undefined]);
    await refused('receipt-invalid');
  });

  test('changes no schema under an agreement', async () => {
    const type = held('document-type', EXTRACT);
    await taken(await thief.publish([{ ...type, schema: { type: 'object' } }]));
    await refused('no-agreement');
  });

  test('withholds no head beyond a day: kits and gateway each refuse as registry-stale, until there is a new one', async () => {
    await taken(await thief.restore());
    for (const [clock, by] of [
      ['gateway', 'gateway'],
      ['transport', 'kit'],
      ['civil-status', 'provider'],
    ] as const) {
      off[clock] = STALE_MS;
      expect(await ask()).toMatchObject({ outcome: 'refused', code: 'registry-stale', by: { kind: by } });
      off[clock] = 0;
    }
    expect(calls).toBe(0);
    for (const clock of ['gateway', 'transport', 'civil-status']) off[clock] = STALE_MS;
    await refused('registry-stale');
    await taken(await thief.publish([], [], Date.now() + STALE_MS));
    expect(await ask()).toMatchObject({ outcome: 'delivered' });
  });
});
