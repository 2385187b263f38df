import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WaslError } from '../../kernel/codes.ts';
import { AUTHORITY, type Issuer } from '../../kernel/ids.ts';
import type { Signer } from '../../kernel/keys.ts';
import { AGREEMENTS, signOfficerRevocation } from '../../kernel/officer.ts';
import { certifyOfficer } from '../../kernel/officer-record.ts';
import { type Entity, type EntityOf, entityKey, parseEntity } from '../../kernel/registry.ts';
import { generateSigningKey, loadSigner, writePrivateFile } from '../../platform/crypto/index.ts';
import { readPins } from '../../platform/identity/index.ts';
import { officerFiles } from '../development/layout.ts';
import type { End } from '../end.ts';
import { isThere, jsonIn } from '../files.ts';
import { withRegistry } from '../member.ts';
import { presentKeysOf } from '../own-keys.ts';
import { findEntity, shownBy } from '../shown.ts';

export interface CertifyFlags {
  /** Folder of the agency's identity, or the authority's operator's. */
  readonly as: string;
  readonly person: string;
  readonly validMs: number;
  /** Key that certifies: the identity's present one unless told; for the authority, its root. */
  readonly signing?: string;
  /** From when on; ISO date. Now unless told. */
  readonly from?: string;
}

const issuerOf = async (as: string): Promise<Issuer> => (await readPins(as)).agency ?? AUTHORITY;

/** Makes `name` an officer for agreements: a key of their own, if there is none yet, and a certificate, which the registry is given. */
export const certify = async (name: string, { as, person, validMs, signing, from }: CertifyFlags): Promise<End> => {
  if (!/^[a-z0-9-]{1,64}$/.test(name)) throw new WaslError('bad-usage', { what: `${name} is no name for a file` });
  const files = officerFiles(as, name);
  const { by, entities } = await certifierOf(as, signing);
  if (!(await isThere(files.key))) {
    await mkdir(dirname(files.key), { recursive: true, mode: 0o700 });
    await writePrivateFile(files.key, JSON.stringify(generateSigningKey()));
  }
  const { publicJwk: key } = await loadSigner(files.key);
  const nowMs = Date.now();
  const fromMs = dateIn(from) ?? nowMs;
  const issuer = await issuerOf(as);
  const made = await certifyOfficer(by, { issuer, person, role: AGREEMENTS, key, fromMs, untilMs: nowMs + validMs });
  // The former certificates stay: what was signed under them was signed by an officer. They are the registry's: one that it refused is none.
  const held = findEntity(entities, 'officer', (one) => entityKey(one) === entityKey(made));
  const entity: EntityOf<'officer'> = { ...made, certificates: [...(held?.certificates ?? []), ...made.certificates] };
  const version = await submit(as, entity);
  await writePrivateFile(files.certificate, `${JSON.stringify(entity)}\n`);
  return {
    kind: 'delivered',
    json: { issuer, officer: entity.id, person, key: files.key, certificate: files.certificate, version },
    text: `${person} may act on agreements for ${issuer} with the key ${files.key}, until ${new Date(nowMs + validMs).toISOString()}`,
  };
};

export interface RevokeFlags {
  readonly as: string;
  readonly signing?: string;
  /** From when on nothing that the key signed counts; ISO date. Now unless told. */
  readonly since?: string;
}

/** Takes an officer's key back. */
export const revokeOfficer = async (name: string, { as, signing, since }: RevokeFlags): Promise<End> => {
  const files = officerFiles(as, name);
  const sinceMs = dateIn(since) ?? Date.now();
  const { by, entities } = await certifierOf(as, signing);
  const kept = await heldIn(files.certificate);
  const held = findEntity(entities, 'officer', (one) => entityKey(one) === entityKey(kept)) ?? kept;
  const revocation = await signOfficerRevocation(by, { issuer: held.issuer, officer: held.id, sinceMs });
  const entity: EntityOf<'officer'> = { ...held, revocation };
  const version = await submit(as, entity);
  await writePrivateFile(files.certificate, `${JSON.stringify(entity)}\n`);
  return {
    kind: 'delivered',
    json: { issuer: held.issuer, officer: held.id, since: new Date(sinceMs).toISOString(), version },
    text: `what the key of ${name} signed counts for nothing from ${new Date(sinceMs).toISOString()} on`,
  };
};

const dateIn = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (!Number.isFinite(ms)) throw new WaslError('bad-usage', { what: `${text} is no date` });
  return ms;
};

/** The key in the file, or the identity's own that counts now; and what the registry shows. */
const certifierOf = (as: string, file: string | undefined): Promise<{ by: Signer; entities: readonly Entity[] }> =>
  withRegistry(as, async (registry) => {
    const { entities } = await shownBy(registry);
    return { by: file === undefined ? (await presentKeysOf(as, entities)).signer : await loadSigner(file), entities };
  });

const heldIn = async (path: string): Promise<EntityOf<'officer'>> => {
  const entity = parseEntity(await jsonIn(path));
  if (entity.kind !== 'officer') throw new WaslError('bad-usage', { what: `${path} certifies nobody` });
  return entity;
};

const submit = (as: string, entity: EntityOf<'officer'>): Promise<number> =>
  withRegistry(as, async (registry) => Number((await registry.submit(JSON.stringify(entity))).version));
