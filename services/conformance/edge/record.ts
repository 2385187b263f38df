import {
  Act,
  type RunRequest,
  type RunResponse,
  type Start,
} from '../../../proto/gen/wasl/conformance/v1/conformance.ts';
import { WaslError } from '../../kernel/codes.ts';
import type { DocumentTypeView, RegistryCopy } from '../../kernel/copy.ts';
import { readFields } from '../../kernel/fields.ts';
import { type AgencyId, type BootId, CONFORMANCE, type GatewayId } from '../../kernel/ids.ts';
import type { Opener, Signer } from '../../kernel/keys.ts';
import { readSubject, type Subject } from '../../kernel/private-part.ts';
import { signReadiness } from '../../kernel/readiness.ts';
import type { EvidenceWriter } from '../../platform/evidence/writer.ts';
import type { Logger } from '../../platform/log/index.ts';
import type { ConformanceHandlers, Duplex } from '../../platform/rpc/index.ts';
import { endsOf, isReady, type Result, SUITE } from '../domain/checks.ts';
import type { makeAgreeing } from './agreement.ts';
import type { Ground, Hands } from './ground.ts';
import { runSuite } from './suite.ts';
import type { Wire } from './wire.ts';

export interface RecordParts {
  /** Signs reports and receipts: the gateway's own key, for which the authority's root vouches. */
  readonly signer: Signer;
  readonly requester: { readonly signer: Signer; readonly opener: Opener };
  readonly gateway: { readonly id: GatewayId; readonly boot: BootId };
  readonly copy: () => RegistryCopy | undefined;
  readonly agreeing: ReturnType<typeof makeAgreeing>;
  readonly evidence: Pick<EvidenceWriter, 'record'>;
  readonly wire: Wire;
  readonly log: Logger;
}

/** The adapter is attached before the run is asked for; a little later will do. */
const ATTACH_MS = 30_000;

type Stream = Duplex<RunRequest, RunResponse>;

/** The runs that count, one of an agency at a time. */
export const makeRecord = (parts: RecordParts): ConformanceHandlers => {
  const running = new Set<AgencyId>();
  return {
    run: async (stream, { peer }) => {
      if (peer.kind !== 'agency') throw new WaslError('identity-mismatch', { agency: peer.id });
      if (running.has(peer.id)) throw new WaslError('conformance-running', { agency: peer.id });
      running.add(peer.id);
      try {
        await record(parts, peer.id, stream);
      } finally {
        running.delete(peer.id);
      }
    },
  };
};

const record = async (parts: RecordParts, agency: AgencyId, stream: Stream): Promise<void> => {
  const { requester, gateway, agreeing, evidence, wire, log } = parts;
  const messages = stream.incoming[Symbol.asyncIterator]();
  const next = async (): Promise<NonNullable<RunRequest['message']>> => {
    const { done, value } = await messages.next();
    if (done === true || value.message === undefined) throw new WaslError('malformed-message', { what: 'run' });
    return value.message;
  };
  const done = async (): Promise<void> => {
    if ((await next()).$case !== 'done') throw new WaslError('malformed-message', { what: 'run' });
  };
  const first = await next();
  if (first.$case !== 'start') throw new WaslError('malformed-message', { what: 'run.start' });
  const start = first.value;
  const { copy, type, provider } = known(parts, agency, start);
  const agreement = await agreeing.inForce({ copy, provider: agency, type }, async (id) => {
    await stream.write({ message: { $case: 'drafted', value: id } });
    await done();
  });
  const ground: Ground = {
    provider: { id: agency, signing: provider.keys.signing, encryption: provider.keys.encryption },
    requester: { id: CONFORMANCE, ...requester },
    audit: copy.audit,
    document: { type: type.id, version: type.version, schema: type.schema, schemaDigest: type.schemaDigest },
    terms: agreement.terms,
    agreementDigest: agreement.digest,
    gateway,
    record: evidence.record,
    suspension: agreeing.suspension(agreement.terms.id),
  };
  const act = (what: Act) => async (): Promise<void> => {
    await stream.write({ message: { $case: 'act', value: what } });
    await done();
  };
  const can = (what: Act): boolean => start.can.includes(what);
  const hands: Hands = {
    ...(can(Act.ACT_SOURCE_DOWN) ? { sourceDown: act(Act.ACT_SOURCE_DOWN) } : {}),
    ...(can(Act.ACT_SOURCE_UP) ? { sourceUp: act(Act.ACT_SOURCE_UP) } : {}),
    ...(can(Act.ACT_TERMINATE) ? { terminate: act(Act.ACT_TERMINATE) } : {}),
  };
  const malformed = start.malformed === undefined ? {} : { malformed: subjectIn(start.malformed) };
  const results = await runSuite({
    ground,
    wire,
    hands,
    subjects: { known: subjectIn(start.known), unknown: subjectIn(start.unknown), ...malformed },
    patienceMs: ATTACH_MS,
    onResult: (result) =>
      void stream.write({ message: { $case: 'result', value: wireOf(result) } }).catch(() => undefined),
  });
  const report = await signReadiness(parts.signer, {
    agency,
    documentType: type.id,
    documentVersion: type.version,
    schema: type.schemaDigest,
    suite: SUITE,
    results: endsOf(results),
    ...(start.build === '' ? {} : { build: start.build.slice(0, 128) }),
    timeMs: Date.now(),
  });
  log.info({ agency, documentType: type.id, ready: isReady(results) }, 'a conformance run has ended');
  await stream.write({ message: { $case: 'report', value: report } });
};

const known = ({ copy: held }: RecordParts, agency: AgencyId, start: Start) => {
  const copy = held();
  if (copy === undefined) throw new WaslError('registry-unavailable');
  const provider = copy.agency(agency);
  if (provider === undefined || provider.status === 'revoked') throw new WaslError('unknown-agency', { agency });
  const { documentType } = start;
  const type: DocumentTypeView | undefined = copy.documentType(documentType, start.documentVersion);
  if (type?.provider !== agency) throw new WaslError('unknown-document-type', { documentType });
  return { copy, provider, type };
};

const subjectIn = (subject: Start['known']): Subject => {
  const { scheme = '', value = '' } = subject ?? {};
  return readSubject(readFields({ subject: { scheme, value } }, 'run.start'));
};

const wireOf = ({ check, verdict, what }: Result) => ({
  check,
  verdict,
  whatEn: what?.en ?? '',
  whatAr: what?.ar ?? '',
});
