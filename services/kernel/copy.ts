import { type Code, WaslError } from './codes.ts';
import { type AgencyView, agencyAt, type HeldAgency } from './copy-agency.ts';
import { type CopyPins, type DocumentTypeView, type Said, verifyStanding } from './copy-agreement.ts';
import { type CopyMemory, newCopyMemory } from './copy-memory.ts';
import { officersIn } from './copy-officers.ts';
import { concerns, verifyList, vouchedFor } from './copy-own.ts';
import { entityOf, type HeldRecord } from './copy-records.ts';
import { type RegistryState, type VerifiedState, verifyState } from './copy-state.ts';
import {
  documentTypesIn,
  newTaking,
  standingsIn,
  takeAgencies,
  takeAudit,
  takeGateways,
  type Views,
} from './copy-taking.ts';
import type { Ask, StandingAgreement } from './decide.ts';
import { parseIssuer } from './ids.ts';
import type { EcPublicJwk, OkpPublicJwk, Primitives, Thumbprint } from './keys.ts';
import type { StatusToken } from './status-list.ts';

export type { AgencyView } from './copy-agency.ts';
export type { CopyPins, DocumentTypeView } from './copy-agreement.ts';
export { type CopyMemory, newCopyMemory } from './copy-memory.ts';
export { type HeldRecord, holdRecord, type KeepText, type RecordText } from './copy-records.ts';
export { headDigestOf, type RegistryState } from './copy-state.ts';
export { schemaDigest } from './copy-taking.ts';

/** One verified state of the registry; immutable. Gateways and kits decide from theirs, so the registry may be away. */
export interface RegistryCopy {
  readonly version: number;
  /** When the head was signed, by the registry's clock; ms. */
  readonly timeMs: number;
  readonly audit: OkpPublicJwk;
  /** A gateway's copy knows every agency. A kit's copy knows itself and the other parties of agreements that it has signed: only their keys are pinned. */
  agency(id: string): AgencyView | undefined;
  gateway(id: string): EcPublicJwk | undefined;
  /** A kit's copy knows the document types of agreements that it has signed: only their schemas are pinned. */
  documentType(type: string, version: number): DocumentTypeView | undefined;
  agencies(): readonly AgencyView[];
  documentTypes(): readonly DocumentTypeView[];
  /** The agreements between two agencies about a document. An agreement's own signatures are verified when it is first asked for: what does not verify is left out. */
  between(
    of: Pick<Ask, 'requester' | 'provider' | 'documentType' | 'documentVersion'>,
  ): Promise<readonly StandingAgreement[]>;
  /** All of them, each verified. */
  agreements(): Promise<readonly StandingAgreement[]>;
  /** Lists of this agency and of those that it knows, by which documents are revoked. A gateway's copy has none: it looks into no document. */
  readonly statusLists: readonly StatusToken[];
  /** The records that concern an agency. */
  relevantTo(agency: string): readonly HeldRecord[];
  /** Records that were left out so far, and why: a bad one does not break the rest. */
  readonly problems: readonly { readonly what: string; readonly code: Code }[];
}

/** What a copy was made from, for the next one. */
const workings = new WeakMap<
  RegistryCopy,
  { readonly state: VerifiedState; readonly memory: CopyMemory; readonly views: Views; readonly agencies: Agencies }
>();

type Agencies = ReadonlyMap<string, HeldAgency>;

/**
 * Verifies a state and makes a copy of it. Throws for what breaks the whole: a registry key without the authority's word, or no audit key by
 * its root (`pin-mismatch`); a head without the registry's signature, a list that is not the head's, a record that is not in the list
 * (`signature-invalid`); a version smaller than `previous`, or the same with other records (`registry-rollback`). `memory`: of the reader,
 * when it outlives the copies; that of `previous` unless told.
 */
export const buildCopy = async (
  primitives: Primitives,
  pins: CopyPins,
  state: RegistryState,
  previous?: RegistryCopy,
  memory?: CopyMemory,
): Promise<RegistryCopy> => {
  const earlier = previous === undefined ? undefined : workings.get(previous);
  const remembered = memory ?? earlier?.memory ?? newCopyMemory(primitives);
  const verified = await verifyState(remembered.primitives, pins.authority, state, earlier?.state);
  const { version, timeMs, digest } = verified.head;
  if (previous !== undefined && version <= previous.version) {
    const forked = earlier !== undefined && earlier.state.head.digest !== digest;
    if (version < previous.version || forked) throw new WaslError('registry-rollback');
  }
  // Whose keys count is a matter of the time: former ones do not come back with a head of yesterday.
  const time = Math.max(timeMs, previous?.timeMs ?? 0);
  // Only the head is new: all that was verified stands.
  const same = previous !== undefined && earlier?.state.index === verified.index && earlier.memory === remembered;
  const views: Views = earlier?.views ?? new WeakMap();
  const { agencies, ...taken } = same
    ? { ...previous, agencies: earlier.agencies }
    : await takeRecords(pins, remembered, verified, views, time);
  const copy: RegistryCopy = { ...taken, version, timeMs: time, ...facesOf(agencies, time) };
  workings.set(copy, { state: verified, memory: remembered, views, agencies });
  return copy;
};

/** Whose keys count is a matter of the time. */
const facesOf = (agencies: Agencies, timeMs: number): Pick<RegistryCopy, 'agency' | 'agencies'> => {
  const views = new Map<string, AgencyView>();
  const agency = (id: string): AgencyView | undefined => {
    const held = agencies.get(id);
    const view = views.get(id) ?? (held === undefined ? undefined : agencyAt(held, timeMs));
    if (view !== undefined) views.set(id, view);
    return view;
  };
  return {
    agency,
    agencies: () => [...agencies.keys()].map(agency).filter((view) => view !== undefined),
  };
};

const NOBODYS: Promise<readonly StandingAgreement[]> = Promise.resolve([]);

type Taken = Omit<RegistryCopy, 'version' | 'timeMs' | 'agency' | 'agencies'> & { readonly agencies: Agencies };

const takeRecords = async (
  pins: CopyPins,
  memory: CopyMemory,
  { index }: VerifiedState,
  views: Views,
  timeMs: number,
): Promise<Taken> => {
  const { own } = pins;
  const taking = newTaking(index, views);
  const audit = await takeAudit(taking, memory.primitives, pins.audit);
  const gateways = await takeGateways(taking, memory.primitives, pins.authority);
  const agencies = await takeAgencies(taking, memory, pins.authority);
  const types = documentTypesIn(taking);
  const said: Said = {
    agency: facesOf(agencies, timeMs).agency,
    documentType: types.of,
    officer: (key) => {
      const record = index.byKey.get(key);
      return record === undefined ? undefined : entityOf(record, 'officer');
    },
  };
  const find = officersIn(pins, memory, said);
  // A revocation is heard of at once, and not only when the officer's signature is next looked at: a later state may leave it out.
  for (const { key } of index.revoked) {
    const [, issuer = '', kid = ''] = key.split('/');
    await taking.take(key, () => find(parseIssuer(issuer), kid as Thumbprint));
  }
  const standing = standingsIn(taking, (agreement) => verifyStanding(pins, memory, agreement, said, find));
  const all =
    own === undefined
      ? index.ofKind('agreement')
      : index.ofKind('agreement').filter((record) => concerns(record, own.agency));

  const statusLists: StatusToken[] = [];
  if (own !== undefined) {
    const agreements = await standing(all);
    if (agencies.get(own.agency)?.history.recovery !== own.recovery) {
      taking.problems.push({ what: `agency/${own.agency}`, code: 'pin-mismatch' });
    }
    // What no agreement pins is the registry's word alone: whoever steals its key must not choose whom a kit seals to.
    const vouched = vouchedFor(own, agencies, agreements);
    for (const held of [agencies, types.held]) for (const id of held.keys()) if (!vouched.has(id)) held.delete(id);
    for (const record of index.ofKind('status-list')) {
      const provider = agencies.get(record.provider ?? '');
      if (provider === undefined) continue;
      const list = (): Promise<StatusToken> => verifyList(memory.primitives, record, agencyAt(provider, timeMs));
      const token = await taking.take(record.key, list);
      if (token !== undefined) statusLists.push(token);
    }
  }
  return {
    audit,
    agencies,
    gateway: (id) => gateways.get(id),
    documentType: (type, version) => types.of(`${type}/${version}`),
    documentTypes: () => [...types.held.keys()].map(types.of).filter((type) => type !== undefined),
    between: ({ requester, provider, documentType, documentVersion }) =>
      own === undefined || requester === own.agency || provider === own.agency
        ? standing(index.between(requester, provider, `${documentType}/${documentVersion}`))
        : NOBODYS,
    agreements: () => standing(all),
    statusLists,
    relevantTo: index.relevantTo,
    problems: taking.problems,
  };
};
