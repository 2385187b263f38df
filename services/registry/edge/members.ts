import { createHash, randomBytes } from 'node:crypto';
import type {
  InviteResponse,
  JoinRequest,
  JoinResponse,
  ReadmitResponse,
} from '../../../proto/gen/wasl/registry/v1/registry.ts';
import { datesOf } from '../../kernel/certificate-dates.ts';
import { WaslError } from '../../kernel/codes.ts';
import type { AgencyView } from '../../kernel/copy-agency.ts';
import { strange } from '../../kernel/decide.ts';
import { type AgencyId, type Peer, parseAgencyId, spiffeId } from '../../kernel/ids.ts';
import { verifyAgencyKeys } from '../../kernel/key-statements.ts';
import { type EcPublicJwk, type Thumbprint, thumbprint } from '../../kernel/keys.ts';
import { verifyReadmission } from '../../kernel/readmission.ts';
import {
  type Authority,
  answerRequest,
  primitives,
  type ReadRequest,
  readCertificateRequest,
} from '../../platform/crypto/index.ts';
import { type Pool, type PoolClient, transaction } from '../../platform/store/index.ts';
import { checkInvitation, type Invitation } from '../domain/invitation.ts';
import { agencyIn } from '../domain/standing.ts';
import type { RegistryState } from './state.ts';
import { addInvitation, findInvitation, useInvitation } from './store/invitations.ts';

/** What those who join, and those who hold certificates, are told and given. */
export interface Membership {
  readonly store: Pool;
  readonly state: RegistryState;
  readonly issuer: Authority;
  readonly trustDomain: string;
  /** The root's word for the registry's key (compact JWS). */
  readonly registryKeys: string;
  readonly gateways: readonly string[];
  /** host:port where members and the authority call, and where those who join do. */
  readonly addresses: () => { readonly members: string; readonly join: string };
  readonly certificateLifeMs: number;
}

const SECRET = /^[A-Za-z0-9_-]{43}$/;
const digestOfSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');
const HOUR_MS = 3_600_000;

/** Makes an invitation. Its secret is 256 random bits, kept only as a digest. Errors: `agency-taken`, `malformed-message`. */
export const invite = async (
  { store, state, addresses }: Membership,
  asked: { readonly agency: string; readonly nameEn: string; readonly nameAr: string; readonly validMs: bigint },
): Promise<InviteResponse> => {
  const agency = parseAgencyId(asked.agency);
  const validMs = Number(asked.validMs);
  for (const name of [asked.nameEn, asked.nameAr]) {
    if (name.trim() === '' || name.length > 200) throw new WaslError('malformed-message', { what: 'agency name' });
  }
  if (!(validMs > 0 && validMs <= 90 * 24 * HOUR_MS))
    throw new WaslError('malformed-message', { what: 'validity of the invitation' });
  if (state.standing().has(`agency/${agency}`)) throw new WaslError('agency-taken', { agency });
  const secret = randomBytes(32).toString('base64url');
  const invitation: Invitation = {
    agency,
    name: { en: asked.nameEn, ar: asked.nameAr },
    expiresMs: Date.now() + validMs,
    used: false,
  };
  await addInvitation(store, digestOfSecret(secret), invitation);
  return { secret, expiresMs: BigInt(invitation.expiresMs), join: addresses().join };
};

/**
 * Trades an invitation for a certificate; the agency then stands in the registry as `joining`. All of it or nothing: whoever is refused may
 * come again with the same invitation, and whoever sends the very same again gets the same. Errors: those of `checkInvitation`, `agency-taken`, `certificate-request-invalid`, `key-used-before`,
 * `signature-invalid`, `malformed-message`.
 */
export const join = async (
  of: Membership,
  { secret, agency: id, certificateRequest, keys }: JoinRequest,
): Promise<JoinResponse> => {
  const agency = parseAgencyId(id);
  if (!SECRET.test(secret)) throw new WaslError('invitation-unknown', { agency });
  const request = await readCertificateRequest(certificateRequest);
  const signed = await verifyAgencyKeys(primitives, keys);
  if (signed.agency !== agency)
    throw new WaslError('certificate-request-invalid', { what: 'its keys are signed for another agency' });
  if (thumbprint(signed.signing) === signed.recovery) throw new WaslError('key-used-before');
  const tls = thumbprintOf(request);
  if (tls === thumbprint(signed.signing) || tls === signed.recovery) throw new WaslError('key-used-before');

  const asked = createHash('sha256').update(`${certificateRequest}\n${keys}`).digest('hex');
  let certificate = '';
  await of.state.change(async (standing, client) => {
    const held = await findInvitation(client, digestOfSecret(secret));
    if (held?.given?.request === asked && held.agency === agency) {
      certificate = held.given.certificate;
      return [];
    }
    const { name } = checkInvitation(held, agency, Date.now());
    if (standing.has(`agency/${agency}`)) throw new WaslError('agency-taken', { agency });
    certificate = await certifyPeer(of, client, { kind: 'agency', id: agency }, request, Date.now());
    await useInvitation(client, digestOfSecret(secret), { request: asked, certificate });
    return [{ kind: 'agency', id: agency, name, status: 'joining', keys }];
  });
  return { certificate, registryKeys: of.registryKeys, gateways: [...of.gateways], registry: of.addresses().members };
};

const thumbprintOf = ({ point }: ReadRequest): Thumbprint =>
  thumbprint({ kty: 'EC', crv: 'P-256', ...point } satisfies EcPublicJwk);

/**
 * A fresh certificate for a key that had none, by the signature of the agency's present signing key: nothing else ends a certificate that was stolen with
 * its own. Whoever repeats what was signed gets nothing, for the key has one by then. Errors: those of `verifyReadmission`, `certificate-request-invalid`,
 * `key-used-before`, `unknown-agency` for one that is shut out, `agency-keyless`.
 */
export const readmit = async (of: Membership, signed: string): Promise<ReadmitResponse> => {
  // Whose word counted then: dated after a wait for the database, a thief's would pass for one that the keys after his asked for.
  const nowMs = Date.now();
  const { agency: id, certificateRequest } = await verifyReadmission(primitives, signed, {
    keyOf: async (agency) => (await memberIn(of, agency)).keys.signing,
    nowMs,
  });
  return { certificate: await certifyAgency(of, { kind: 'agency', id }, certificateRequest, nowMs) };
};

/** Errors: `unknown-agency` for one that is shut out, `agency-keyless`. */
const memberIn = async ({ state }: Membership, agency: AgencyId): Promise<AgencyView> => {
  const held = await agencyIn(primitives, state.standing(), agency, Date.now());
  if (held.status === 'revoked' || held.status === 'keyless') throw new WaslError(strange(held.status), { agency });
  return held;
};

const certifyAgency = async (
  of: Membership,
  peer: Extract<Peer, { kind: 'agency' }>,
  certificateRequest: string,
  issuedMs: number,
): Promise<string> => {
  const request = await readCertificateRequest(certificateRequest);
  const { recovery, periods } = (await memberIn(of, peer.id)).history;
  const own = [recovery, ...periods.map(({ signing }) => thumbprint(signing))];
  if (own.includes(thumbprintOf(request))) throw new WaslError('key-used-before');
  return transaction(of.store, (client) => certifyPeer(of, client, peer, request, issuedMs));
};

const certifyPeer = async (
  { issuer, trustDomain, certificateLifeMs }: Membership,
  client: PoolClient,
  peer: Peer,
  request: ReadRequest,
  issuedMs: number,
): Promise<string> => {
  const name = spiffeId(trustDomain, peer);
  if (request.names.some((asked) => asked !== `url:${name}`)) {
    throw new WaslError('certificate-request-invalid', { what: `it asks for another name than ${name}` });
  }
  const { fromMs, untilMs } = datesOf(issuedMs, certificateLifeMs);
  const [notBefore, notAfter] = [new Date(fromMs), new Date(untilMs)];
  const { rowCount } = await client.query(
    `insert into registry.certificates (key_digest, peer, expires_at) values ($1, $2, $3) on conflict do nothing`,
    [request.keyDigest, name, notAfter],
  );
  if (rowCount !== 1) throw new WaslError('key-used-before');
  return answerRequest(issuer, { request, spiffeId: name, notBefore, notAfter });
};
