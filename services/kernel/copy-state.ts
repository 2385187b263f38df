import { WaslError } from './codes.ts';
import { indexRecords, type RecordIndex } from './copy-index.ts';
import { entityOf, type HeldRecord } from './copy-records.ts';
import { headerSegment, readJws } from './jws.ts';
import { verifyRegistryKeys } from './key-statements.ts';
import { type EcPublicJwk, type Primitives, type Thumbprint, thumbprint } from './keys.ts';
import { digestOverRecords, type RegistryHead, verifyHead } from './registry.ts';
import { TYP } from './statements.ts';

/** What came from the registry: the records held, its head, and the digests of all records that the head speaks for. */
export interface RegistryState {
  readonly records: readonly HeldRecord[];
  readonly head: string;
  readonly digests: readonly string[];
}

export interface VerifiedState {
  readonly head: RegistryHead;
  readonly records: readonly HeldRecord[];
  readonly digests: readonly string[];
  readonly index: RecordIndex;
}

/**
 * The registry's own word: its key by the authority, and the head by that key over the list of all digests, in which every record held must be.
 * So the head's one signature speaks for every record: they are not verified one by one (decision 0008). No entity twice. A list longer than
 * the records held is no fault: kits get only what concerns them, and what is withheld from them counts for nobody.
 */
export const verifyState = async (
  primitives: Primitives,
  authority: Thumbprint,
  { records, head: headText, digests }: RegistryState,
  earlier?: VerifiedState,
): Promise<VerifiedState> => {
  const unchanged =
    earlier?.records.length === records.length && records.every((record, at) => record === earlier.records[at]);
  const index = unchanged ? earlier.index : indexRecords(records);

  const [own] = index.ofKind('registry');
  if (own === undefined) throw new WaslError('pin-mismatch');
  const { registry: key } = await verifyRegistryKeys(primitives, entityOf(own, 'registry').keys, authority);
  const head = await verifyHead(primitives, key, headText);
  // The same records and the same list under the same digest were looked at before; any other list may be of any length.
  if (!unchanged || digests !== earlier.digests || head.digest !== earlier.head.digest) {
    checkList(key, head, digests, records);
  }
  return { head, records, digests, index };
};

const checkList = (
  key: EcPublicJwk,
  head: RegistryHead,
  digests: readonly string[],
  records: readonly HeldRecord[],
): void => {
  const listed = new Set(digests);
  // A record that names another key as its signer is not one that this registry made, whatever its list says.
  const own = headerSegment(TYP.registryRecord, thumbprint(key));
  const whole =
    digestOverRecords(digests) === head.digest &&
    records.every(({ header, digest }) => listed.has(digest) && header === own);
  if (!whole) throw new WaslError('signature-invalid');
};

/** The digest a head speaks of, without verifying it: to know whether one holds all that it counts. */
export const headDigestOf = (head: string): string => String(readJws(head, TYP.registryHead).payload.digest);
