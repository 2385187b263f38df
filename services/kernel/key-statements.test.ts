import { expect, test } from 'vitest';
import { auditKey, auditRoot, gatewayKey, registry, root, trusted } from '../../test/support/registry-world.ts';
import { primitives } from '../platform/crypto/index.ts';
import { signJws } from './jws.ts';
import { signRegistryKeys, verifyAuditKeys, verifyGatewayKeys, verifyRegistryKeys } from './key-statements.ts';
import type { Signer } from './keys.ts';
import { TYP } from './statements.ts';
import type { JsonObject } from './strict-json.ts';

const by = (signer: Signer, issuer: string, payload: JsonObject): JsonObject => ({
  iss: issuer,
  aud: 'wasl',
  root: { ...signer.publicJwk },
  ...payload,
});
const audit = by(auditRoot, 'audit', { encryption: { ...auditKey.publicJwk } });
const gateway = by(root, 'authority', { gateway: 'gw-1', key: { ...gatewayKey.publicJwk } });
const hub = by(root, 'authority', {
  trustDomain: 'wasl.test',
  registry: { ...registry.publicJwk },
  audit: auditRoot.thumbprint,
});

test.each([
  [
    'the audit service’s',
    audit,
    (payload: JsonObject) =>
      signJws(auditRoot, TYP.auditKeys, payload).then((text) =>
        verifyAuditKeys(primitives, text, auditRoot.thumbprint),
      ),
  ],
  [
    'a gateway’s',
    gateway,
    (payload: JsonObject) =>
      signJws(root, TYP.gatewayKeys, payload).then((text) => verifyGatewayKeys(primitives, text, root.thumbprint)),
  ],
  [
    'the registry’s',
    hub,
    (payload: JsonObject) =>
      signJws(root, TYP.registryKeys, payload).then((text) => verifyRegistryKeys(primitives, text, root.thumbprint)),
  ],
] as const)(
  '%s keys are taken from a statement of their own kind alone: for whom, by whom, and nothing beside',
  async (_, payload, take) => {
    await expect(take(payload)).resolves.toBeDefined();
    for (const change of [{ aud: 'others' }, { iss: 'transport' }, { more: 1 }]) {
      await expect(take({ ...payload, ...change })).rejects.toMatchObject({ code: 'malformed-message' });
    }
  },
);

test('what is signed for the registry is read as it was said', async () => {
  const text = await signRegistryKeys(root, trusted(registry));
  expect(await verifyRegistryKeys(primitives, text, root.thumbprint)).toEqual({
    root: root.thumbprint,
    ...trusted(registry),
  });
});
