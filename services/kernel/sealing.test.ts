import { createHash } from 'node:crypto';
import { SDJwtInstance } from '@sd-jwt/core';
import fc from 'fast-check';
import { compactDecrypt, generalDecrypt, importJWK } from 'jose';
import { describe, expect, test } from 'vitest';
import {
  generateEncryptionKey,
  generateSigningKey,
  openerFromJwk,
  primitives,
  signerFromJwk,
} from '../platform/crypto/index.ts';
import { fromUtf8, utf8 } from './bytes.ts';
import { WaslError } from './codes.ts';
import { openPrivateAsAudit, openPrivateAsProvider, openSealed, sealPrivate, sealTo } from './jwe.ts';
import { issueSdJwt, verifySdJwt } from './sdjwt.ts';

const [providerJwk, auditJwk, strangerJwk] = [
  generateEncryptionKey(),
  generateEncryptionKey(),
  generateEncryptionKey(),
];
const [provider, audit, stranger] = [openerFromJwk(providerJwk), openerFromJwk(auditJwk), openerFromJwk(strangerJwk)];
const to = { provider: provider.publicJwk, audit: audit.publicJwk };
const value = { subject: { scheme: 'jo:national-number', value: '0001234567' } };
const coded = (code: string) => expect.objectContaining({ code });

describe('the private part', () => {
  test('provider and audit read the same, jose reads it too, a stranger nothing', async () => {
    const sealed = sealPrivate(primitives, to, value);
    expect(await openPrivateAsProvider(primitives, provider, audit.publicJwk, sealed)).toEqual(value);
    expect(await openPrivateAsAudit(primitives, audit, sealed)).toEqual(value);
    for (const jwk of [providerJwk, auditJwk]) {
      const { plaintext } = await generalDecrypt(
        JSON.parse(fromUtf8(sealed)),
        await importJWK({ ...jwk }, 'ECDH-ES+A256KW'),
      );
      expect(JSON.parse(new TextDecoder().decode(plaintext)).value).toEqual(value);
    }
    await expect(openPrivateAsProvider(primitives, stranger, audit.publicJwk, sealed)).rejects.toEqual(
      coded('sealed-unreadable'),
    );
  });

  test('a copy that the audit service could not read is refused by the provider', async () => {
    const elsewhere = sealPrivate(primitives, { ...to, audit: stranger.publicJwk }, value);
    await expect(openPrivateAsProvider(primitives, provider, audit.publicJwk, elsewhere)).rejects.toEqual(
      coded('audit-envelope-invalid'),
    );
    const junk = JSON.parse(fromUtf8(sealPrivate(primitives, to, value)));
    junk.recipients[1] = { header: { alg: 'none' }, encrypted_key: 'AAAA' };
    await expect(
      openPrivateAsProvider(primitives, provider, audit.publicJwk, utf8(JSON.stringify(junk))),
    ).rejects.toEqual(coded('audit-envelope-invalid'));
    const mixed = JSON.parse(fromUtf8(sealPrivate(primitives, to, value)));
    mixed.recipients[1] = JSON.parse(fromUtf8(sealPrivate(primitives, to, value))).recipients[1];
    const bytes = utf8(JSON.stringify(mixed));
    await expect(openPrivateAsProvider(primitives, provider, audit.publicJwk, bytes)).rejects.toEqual(
      coded('audit-envelope-invalid'),
    );
  });

  test('no altered byte opens, and every failure has a code', async () => {
    const sealed = sealPrivate(primitives, to, value);
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const altered = Uint8Array.from(sealed);
        altered[at] = (altered[at] ?? 0) ^ flip;
        const failure = await openPrivateAsProvider(primitives, provider, audit.publicJwk, altered).catch(
          (error) => error,
        );
        expect(failure).toBeInstanceOf(WaslError);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the sealed document', () => {
  test('opens for its key and kind alone, and jose opens it', async () => {
    const compact = await sealTo(primitives, provider.publicJwk, utf8('document'), 'dc+sd-jwt');
    expect(fromUtf8(await openSealed(primitives, provider, compact, 'dc+sd-jwt'))).toBe('document');
    const { plaintext } = await compactDecrypt(
      fromUtf8(compact),
      await importJWK({ ...providerJwk }, 'ECDH-ES+A256KW'),
    );
    expect(new TextDecoder().decode(plaintext)).toBe('document');
    await expect(openSealed(primitives, stranger, compact, 'dc+sd-jwt')).rejects.toEqual(coded('sealed-unreadable'));
    await expect(openSealed(primitives, provider, compact, 'other')).rejects.toEqual(coded('malformed-message'));
  });

  test('no altered character opens', async () => {
    const compact = await sealTo(primitives, provider.publicJwk, utf8('document'), 'dc+sd-jwt');
    await fc.assert(
      fc.asyncProperty(fc.nat(compact.length - 1), fc.constantFrom(...'Aq9-_.~='), async (at, other) => {
        const altered = Uint8Array.from(compact);
        altered[at] = other.charCodeAt(0);
        fc.pre(compact[at] !== altered[at]);
        const failure = await openSealed(primitives, provider, altered, 'dc+sd-jwt').catch((error) => error);
        expect(failure).toBeInstanceOf(WaslError);
      }),
      { numRuns: 300 },
    );
  });

  test('an all-zero agreement is refused (RFC 7748 section 6.1)', async () => {
    const zero = { kty: 'OKP', crv: 'X25519', x: 'A'.repeat(43) } as const;
    await expect(provider.agree(zero)).rejects.toThrow();
  });
});

describe('the credential', () => {
  const signer = signerFromJwk(generateSigningKey());
  const other = signerFromJwk(generateSigningKey());
  const always = { iss: 'civil-status', vct: 'civil-status.personal-extract', aud: 'transport' };
  const disclosable = { fullName: 'سلمى', birthDate: '1990-01-01', children: [{ name: 'ليث' }] };
  const issue = () => issueSdJwt(signer, primitives, { always, disclosable });

  test('@sd-jwt/core accepts it and reads the same claims', async () => {
    const oracle = new SDJwtInstance({
      hashAlg: 'sha-256',
      hasher: (data) => new Uint8Array(createHash('sha256').update(String(data)).digest()),
      verifier: (data, signature) =>
        primitives.verifyEs256(signer.publicJwk, utf8(data), new Uint8Array(Buffer.from(signature, 'base64url'))),
    });
    const { payload } = await oracle.verify(fromUtf8(await issue()));
    expect(payload).toMatchObject({ ...always, ...disclosable });
  });

  test('discloses what is presented, and what is withheld is nowhere in the bytes', async () => {
    const credential = await issue();
    expect(await verifySdJwt(primitives, signer.publicJwk, credential)).toEqual({ always, claims: disclosable });
    const [jws, ...disclosures] = fromUtf8(credential).split('~').slice(0, -1);
    const name = (disclosure: string): string => JSON.parse(Buffer.from(disclosure, 'base64url').toString())[1];
    const shown = [jws, ...disclosures.filter((each) => name(each) === 'fullName'), ''].join('~');
    const { claims } = await verifySdJwt(primitives, signer.publicJwk, utf8(shown));
    expect(claims).toEqual({ fullName: 'سلمى' });
    const clear = shown.split(/[~.]/).map((part) => Buffer.from(part, 'base64url').toString());
    expect(clear.join()).not.toContain('1990-01-01');
  });

  test('another key, a disclosure twice, a foreign disclosure and a missing end are refused', async () => {
    const [credential, foreign] = [fromUtf8(await issue()), fromUtf8(await issue())];
    const [jws, first] = credential.split('~');
    const verify = (compact: string) => verifySdJwt(primitives, signer.publicJwk, utf8(compact));
    await expect(verifySdJwt(primitives, other.publicJwk, utf8(credential))).rejects.toEqual(
      coded('signature-invalid'),
    );
    await expect(verify(`${jws}~${first}~${first}~`)).rejects.toEqual(coded('credential-invalid'));
    await expect(verify(`${jws}~${foreign.split('~')[1]}~`)).rejects.toEqual(coded('credential-invalid'));
    await expect(verify(credential.slice(0, -1))).rejects.toEqual(coded('credential-invalid'));
    await expect(issueSdJwt(signer, primitives, { always, disclosable: { iss: 'x' } })).rejects.toEqual(
      coded('credential-invalid'),
    );
  });
});
