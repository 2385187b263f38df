import { fromUtf8, latin1, utf8 } from '../../services/kernel/bytes.ts';
import { WaslError } from '../../services/kernel/codes.ts';
import { readFields } from '../../services/kernel/fields.ts';
import { parseRequestId, type RequestId } from '../../services/kernel/ids.ts';
import { openSealed, sealTo } from '../../services/kernel/jwe.ts';
import { readJws, signJws } from '../../services/kernel/jws.ts';
import type { Primitives } from '../../services/kernel/keys.ts';
import { MAX_TICKET, readSubject, type Subject, subjectJson } from '../../services/kernel/private-part.ts';
import { TYP } from '../../services/kernel/statements.ts';
import type { Identity } from './identity.ts';

/** What is asked again when a deferred answer is collected. */
export interface Deferred {
  /** The request that was deferred first; each that collects it names it. */
  readonly first: RequestId;
  /** The provider's own reference. */
  readonly ticket: string;
  readonly from: string;
  readonly documentType: string;
  readonly documentVersion: number;
  readonly subject: Subject;
  readonly purpose: string;
  readonly claims: readonly string[];
  readonly caseReference?: string;
}

const CONTENT = 'wasl-ticket+jwt';
const VALID_MS = 30 * 86_400_000;
const MAX_CHARACTERS = 32 * 1024;

/**
 * A ticket that needs no memory: signed by the agency and sealed to it, so that any of its replicas can collect, nobody else can read about
 * whom it is, and nobody else can make the agency ask for something.
 */
export const sealTicket = async (
  primitives: Primitives,
  identity: Identity,
  deferred: Deferred,
  nowMs: number,
): Promise<string> => {
  const { subject, claims, caseReference, ...others } = deferred;
  const { signer, opener } = identity.keys.present();
  const signed = await signJws(signer, TYP.ticket, {
    ...others,
    iss: identity.agency,
    subject: subjectJson(subject),
    claims: [...claims],
    ...(caseReference === undefined ? {} : { caseReference }),
    timeMs: nowMs,
  });
  return latin1(await sealTo(primitives, opener.publicJwk, utf8(signed), CONTENT));
};

/** Opens what `sealTicket` made; `ticket-unreadable` for anything else, another agency's above all, and after 30 days. */
export const openTicket = async (
  primitives: Primitives,
  identity: Identity,
  text: string,
  nowMs: number,
): Promise<Deferred> => {
  try {
    if (text.length > MAX_CHARACTERS) throw new WaslError('message-too-large', { limit: MAX_CHARACTERS });
    const signed = fromUtf8(await openSealed(primitives, identity.keys.openers(), utf8(text.trim()), CONTENT));
    const read = readJws(signed, TYP.ticket);
    const signer = identity.keys.signers().find(({ thumbprint }) => thumbprint === read.kid);
    if (signer === undefined) throw new WaslError('signature-invalid');
    const f = readFields(await read.verify(primitives, signer.publicJwk), 'ticket');
    f.oneOf('iss', [identity.agency]);
    if (f.count('timeMs') < nowMs - VALID_MS) throw new WaslError('issued-too-old');
    const caseReference = f.optionalText('caseReference');
    const deferred: Deferred = {
      first: parseRequestId(f.text('first')),
      ticket: f.text('ticket', undefined, MAX_TICKET),
      from: f.text('from'),
      documentType: f.text('documentType'),
      documentVersion: f.count('documentVersion'),
      subject: readSubject(f),
      purpose: f.text('purpose'),
      claims: f.texts('claims'),
      ...(caseReference === undefined ? {} : { caseReference }),
    };
    f.done();
    return deferred;
  } catch (cause) {
    if (cause instanceof WaslError) throw new WaslError('ticket-unreadable', {}, { cause });
    throw cause;
  }
};
