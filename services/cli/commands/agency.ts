import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaslError } from '../../kernel/codes.ts';
import { AGENCY_ID, parseAgencyId } from '../../kernel/ids.ts';
import type { EntityOf } from '../../kernel/registry.ts';
import type { End } from '../end.ts';
import { writeInvitation } from '../invitation.ts';
import { entitiesIn, openRegistryAs, readPins } from '../member.ts';

export interface InviteFlags {
  /** Folder of the authority's operator. */
  readonly as: string;
  readonly nameEn: string;
  readonly nameAr: string;
  readonly validMs: number;
}

/** Makes an invitation for one agency, shown once. */
export const invite = async (id: string, { as, nameEn, nameAr, validMs }: InviteFlags): Promise<End> => {
  if (!AGENCY_ID.test(id)) throw new WaslError('name-not-an-id', { name: id });
  const agency = parseAgencyId(id);
  const pins = await readPins(as);
  const ca = new X509Certificate(await readFile(join(as, 'ca.crt'))).fingerprint256.replaceAll(':', '').toLowerCase();
  const registry = await openRegistryAs(as);
  try {
    const {
      secret,
      expiresMs,
      join: address,
    } = await registry.invite({ agency, nameEn, nameAr, validMs: BigInt(validMs) });
    const invitation = writeInvitation({
      agency,
      join: address,
      trustDomain: pins.trustDomain,
      root: pins.authority,
      ca,
      secret,
      expiresMs: Number(expiresMs),
    });
    const until = new Date(Number(expiresMs)).toISOString();
    return {
      kind: 'delivered',
      json: { agency, invitation, expires: until },
      text: [
        `An invitation for ${agency}, good once and until ${until}. Give it to the agency's integrator by a way that you both trust;`,
        'it is shown now and kept nowhere.',
        '',
        invitation,
        '',
        'The integrator goes on with:  wasl join <the invitation>',
      ].join('\n'),
    };
  } finally {
    registry.close();
  }
};

const agencyIn = (entities: readonly string[], id: string): EntityOf<'agency'> => {
  for (const entity of entitiesIn(entities)) if (entity.kind === 'agency' && entity.id === id) return entity;
  throw new WaslError('unknown-agency', { agency: id });
};

const reportIn = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((cause: unknown) => {
    throw new WaslError('bad-usage', { what: `${file} cannot be read` }, { cause });
  });

/** Makes an agency active, or shuts it out for good. */
export const setAgency = async (
  id: string,
  { as, status, report }: { readonly as: string; readonly status: 'active' | 'revoked'; readonly report?: string },
): Promise<End> => {
  const said = report === undefined ? undefined : await reportIn(report);
  const registry = await openRegistryAs(as);
  try {
    const held = agencyIn((await registry.read()).entities, id);
    const { version } = await registry.submit(JSON.stringify({ ...held, status }), said);
    return {
      kind: 'delivered',
      json: { agency: id, status, version: Number(version) },
      text: `${id} is ${status} (${held.name.en} · ${held.name.ar}); the registry is at version ${version}`,
    };
  } finally {
    registry.close();
  }
};

/** Every agency and where it stands. */
export const listAgencies = async (as: string): Promise<End> => {
  const registry = await openRegistryAs(as);
  try {
    const { entities, version } = await registry.read();
    const agencies = entitiesIn(entities).flatMap((entity) =>
      entity.kind === 'agency' ? [{ id: entity.id, name: entity.name, status: entity.status }] : [],
    );
    return {
      kind: 'delivered',
      json: { version: Number(version), agencies },
      text: agencies.map(({ id, name, status }) => `${status.padEnd(8)} ${id}  ${name.en} · ${name.ar}`).join('\n'),
    };
  } finally {
    registry.close();
  }
};
