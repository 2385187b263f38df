import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaslError } from '../../kernel/codes.ts';
import { AGENCY_ID, parseAgencyId } from '../../kernel/ids.ts';
import { fingerprintOf } from '../../platform/crypto/index.ts';
import { readPins } from '../../platform/identity/index.ts';
import type { End } from '../end.ts';
import { textIn } from '../files.ts';
import { writeInvitation } from '../invitation.ts';
import { withRegistry } from '../member.ts';
import { agencyIn, shownBy } from '../shown.ts';

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
  const ca = fingerprintOf(await readFile(join(as, 'ca.crt'), 'utf8'));
  return withRegistry(as, async (registry) => {
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
  });
};

/** Makes an agency active, or shuts it out for good. */
export const setAgency = async (
  id: string,
  { as, status, report }: { readonly as: string; readonly status: 'active' | 'revoked'; readonly report?: string },
): Promise<End> => {
  const said = report === undefined ? undefined : await textIn(report);
  return withRegistry(as, async (registry) => {
    const held = agencyIn((await shownBy(registry)).entities, id);
    const { version } = await registry.submit(JSON.stringify({ ...held, status }), said);
    return {
      kind: 'delivered',
      json: { agency: id, status, version: Number(version) },
      text: `${id} is ${status} (${held.name.en} · ${held.name.ar}); the registry is at version ${version}`,
    };
  });
};

/** Every agency and where it stands. */
export const listAgencies = (as: string): Promise<End> =>
  withRegistry(as, async (registry) => {
    const { entities, version } = await shownBy(registry);
    const agencies = entities.flatMap((entity) =>
      entity.kind === 'agency' ? [{ id: entity.id, name: entity.name, status: entity.status }] : [],
    );
    return {
      kind: 'delivered',
      json: { version, agencies },
      text: agencies.map(({ id, name, status }) => `${status.padEnd(8)} ${id}  ${name.en} · ${name.ar}`).join('\n'),
    };
  });
