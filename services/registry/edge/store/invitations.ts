import type { Pool, PoolClient } from '../../../platform/store/index.ts';
import type { Invitation } from '../../domain/invitation.ts';

interface Row {
  agency: string;
  name_en: string;
  name_ar: string;
  expires_at: Date;
  used_at: Date | null;
  request_digest: string | null;
  certificate: string | null;
}

export const addInvitation = async (
  pool: Pool,
  secretDigest: string,
  { agency, name, expiresMs }: Invitation,
): Promise<void> => {
  await pool.query(
    `insert into registry.invitations (secret_digest, agency, name_en, name_ar, expires_at) values ($1, $2, $3, $4, $5)`,
    [secretDigest, agency, name.en, name.ar, new Date(expiresMs)],
  );
};

/** Locked until the transaction ends: of two that come with one invitation, one waits and finds it used. */
export const findInvitation = async (client: PoolClient, secretDigest: string): Promise<Invitation | undefined> => {
  const { rows } = await client.query<Row>(
    `select agency, name_en, name_ar, expires_at, used_at, request_digest, certificate from registry.invitations where secret_digest = $1 for update`,
    [secretDigest],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    agency: row.agency,
    name: { en: row.name_en, ar: row.name_ar },
    expiresMs: row.expires_at.getTime(),
    used: row.used_at !== null,
    ...(row.request_digest === null || row.certificate === null
      ? {}
      : { given: { request: row.request_digest, certificate: row.certificate } }),
  };
};

export const useInvitation = async (
  client: PoolClient,
  secretDigest: string,
  given: { readonly request: string; readonly certificate: string },
): Promise<void> => {
  await client.query(
    `update registry.invitations set used_at = clock_timestamp(), request_digest = $2, certificate = $3 where secret_digest = $1`,
    [secretDigest, given.request, given.certificate],
  );
};
