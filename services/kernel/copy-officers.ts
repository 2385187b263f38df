import type { FindOfficers, Officer } from './agreement-acts.ts';
import { unlessRefused, WaslError } from './codes.ts';
import type { AgencyView } from './copy-agency.ts';
import type { CopyPins, Said } from './copy-agreement.ts';
import type { CopyMemory } from './copy-memory.ts';
import { type AgencyId, AUTHORITY, type Issuer } from './ids.ts';
import { readJws } from './jws.ts';
import { takenBackFromMs } from './key-history.ts';
import { type Thumbprint, thumbprint } from './keys.ts';
import { type IssuerKey, verifyOfficer, verifyOfficerRevocation } from './officer.ts';
import { TYP } from './statements.ts';

/** The officers of one state, each verified when first asked for, by the key of their own issuer. */
export const officersIn = (
  pins: Pick<CopyPins, 'authority' | 'own'>,
  memory: CopyMemory,
  said: Pick<Said, 'agency' | 'officer'>,
): FindOfficers => {
  const found = new Map<string, Promise<readonly Officer[]>>();
  const agencyOf = (issuer: AgencyId): AgencyView | undefined => {
    const agency = said.agency(issuer);
    const foreign = issuer === pins.own?.agency && agency?.keys.recovery !== pins.own.recovery;
    return foreign ? undefined : agency;
  };
  const issuerKey = (issuer: Issuer, jws: string, typ: string, which: 'kept' | 'ever'): IssuerKey => {
    if (issuer === AUTHORITY) return { root: pins.authority };
    const { kid } = readJws(jws, typ);
    const key = which === 'kept' ? agencyOf(issuer)?.kept(kid) : agencyOf(issuer)?.ever(kid)?.signing;
    if (key === undefined) throw new WaslError('unknown-key', { agency: issuer });
    return key;
  };
  const look = async (key: string, issuer: Issuer, kid: Thumbprint): Promise<readonly Officer[]> => {
    const entity = said.officer(key);
    if (entity === undefined) return [];
    const { certificates, revocation } = entity;
    const agency = issuer === AUTHORITY ? undefined : agencyOf(issuer);
    const name = `${key} ${agency?.keys.recovery ?? pins.authority}`;
    if (revocation !== undefined) {
      const revoked = await ours(async () => {
        const by = issuerKey(issuer, revocation, TYP.officerRevocation, 'ever');
        return verifyOfficerRevocation(memory.primitives, by, revocation);
      });
      // Somebody else's revocation is nobody's: a stolen registry key must not choose whose signature falls.
      if (revoked?.issuer === issuer && revoked.officer === kid) {
        const { kid: by } = readJws(revocation, TYP.officerRevocation);
        const seen = memory.revoked.get(name);
        const sinceMs = Math.min(revoked.sinceMs, seen?.get(by) ?? Number.POSITIVE_INFINITY);
        memory.revoked.set(name, new Map([...(seen ?? []), [by, sinceMs]]));
      }
    }
    const verified = await Promise.all(
      certificates.map((text) =>
        ours(async () => verifyOfficer(memory.primitives, issuerKey(issuer, text, TYP.officer, 'kept'), text)),
      ),
    );
    const seen = [...(memory.revoked.get(name) ?? [])];
    const revokedSinceMs =
      seen.length === 0 ? undefined : Math.min(...seen.map(([by, ms]) => takenBackFromMs(ms, agency?.ever(by))));
    return verified
      .filter((officer) => officer?.issuer === issuer && thumbprint(officer.key) === kid)
      .map((officer) => ({ ...(officer as Officer), ...(revokedSinceMs === undefined ? {} : { revokedSinceMs }) }));
  };
  return (issuer, kid) => {
    const key = `officer/${issuer}/${kid}`;
    const held = found.get(key) ?? look(key, issuer, kid);
    found.set(key, held);
    return held;
  };
};

/** What does not verify is no certificate; it spoils none beside it. */
const ours = <T>(verify: () => Promise<T>): Promise<T | undefined> => verify().catch(unlessRefused);
