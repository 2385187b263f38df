import type { Agreement } from '../../services/kernel/agreement.ts';
import { parseReceipt, verifyReceipt } from '../../services/kernel/batch.ts';
import { WaslError } from '../../services/kernel/codes.ts';
import type { RegistryCopy } from '../../services/kernel/copy.ts';
import { decide, knownIn } from '../../services/kernel/decide.ts';
import { type Digest, digestOf, digestOfText } from '../../services/kernel/digest.ts';
import { MAX_STATEMENT_CHARACTERS, staleness } from '../../services/kernel/freshness.ts';
import { openPrivateAsProvider } from '../../services/kernel/jwe.ts';
import { type ReadJws, readJws } from '../../services/kernel/jws.ts';
import { type OkpPublicJwk, type Primitives, thumbprint } from '../../services/kernel/keys.ts';
import { type PrivatePart, parsePrivate } from '../../services/kernel/private-part.ts';
import { parseRequest, type RequestStatement, TYP } from '../../services/kernel/statements.ts';
import { compileSchema } from '../../services/platform/validate/index.ts';
import type { Identity } from './identity.ts';

/** An offer as it came off the stream. */
export interface Offered {
  readonly statement: string;
  readonly privatePart: Uint8Array;
  readonly requestedReceipt: string;
}

/** A request that the provider may serve: whose it is, under what, about whom, and to which key the document goes. */
export interface GoodOffer {
  readonly request: RequestStatement;
  readonly part: PrivatePart;
  readonly terms: Agreement;
  readonly sealTo: OkpPublicJwk;
}

/** An offered request as it reads, before anything of it is believed. */
export interface ReadOffer {
  readonly request: RequestStatement;
  /** Digest of the statement. */
  readonly digest: Digest;
  readonly signed: ReadJws;
}

/** What could be read of an offer; undefined when nobody could be answered. */
export const readOffer = (statement: string): ReadOffer | undefined => {
  try {
    if (statement.length > MAX_STATEMENT_CHARACTERS) return undefined;
    const signed = readJws(statement, TYP.request);
    return { request: parseRequest(signed.payload), digest: digestOfText(statement), signed };
  } catch {
    return undefined;
  }
};

/** The provider's own look at a request: it takes nobody's word, the gateway's least of all. Throws the refusal. */
export const checkOffer = async (
  primitives: Primitives,
  identity: Identity,
  copy: RegistryCopy,
  read: ReadOffer,
  { privatePart, requestedReceipt }: Offered,
  nowMs: number,
): Promise<GoodOffer> => {
  const { request, signed } = read;
  if (request.provider !== identity.agency) throw new WaslError('wrong-audience', { agency: identity.agency });
  const requester = copy.agency(request.requester);
  if (requester === undefined) throw new WaslError('unknown-agency', { agency: request.requester });
  const keys = requester.live(signed.kid);
  if (keys === undefined) throw new WaslError('unknown-key', { agency: request.requester });
  await signed.verify(primitives, keys.signing);
  if (digestOf(privatePart) !== request.privatePart) throw new WaslError('signature-invalid');
  const stale = staleness(request, nowMs);
  if (stale !== undefined) throw new WaslError(stale);

  await checkRequestedReceipt(primitives, copy, requestedReceipt, read);

  const decision = decide(request, {
    agreements: await copy.between(request),
    knows: knownIn(copy, identity.agency),
    // The journal has the last word on the quota, in the same step in which it takes the request.
    usedToday: () => 0,
    nowMs,
  });
  if (decision.kind === 'refused') throw new WaslError(decision.code, decision.params);
  if (request.encryptionKey !== thumbprint(keys.encryption)) throw new WaslError('encryption-key-mismatch');

  const open = () => openPrivateAsProvider(primitives, identity.keys.openers(), copy.audit, privatePart);
  const opened = await open().catch(async (error: unknown) => {
    if (!(error instanceof WaslError) || error.code !== 'sealed-unreadable') throw error;
    // Whoever asks may have heard of a new key sooner than its holder: it lies in the folder by then.
    await identity.keys.look();
    return open();
  });
  const part = parsePrivate(opened);
  // The ticket is the requester's secret with the provider: it never stands in the open part.
  if ((request.collects === undefined) !== (part.ticket === undefined)) {
    throw new WaslError('malformed-message', { what: 'request.collects' });
  }
  checkSubject(copy, request, part);
  return { request, part, terms: decision.agreement.terms, sealTo: keys.encryption };
};

/** The gateway's promise must be of the entry `requested` of this very request: evidence before data. */
export const checkRequestedReceipt = async (
  primitives: Primitives,
  copy: RegistryCopy,
  text: string,
  { request, digest }: Pick<ReadOffer, 'request' | 'digest'>,
): Promise<void> => {
  const { entry, boot } = await verifyOurReceipt(primitives, copy, text);
  const { body } = entry;
  const same =
    body.kind === 'requested' &&
    body.request === digest &&
    body.privatePart === request.privatePart &&
    body.requestId === request.id &&
    boot === request.boot;
  if (!same) throw new WaslError('receipt-invalid');
};

/** Verifies a receipt by the key of the gateway that it names; `receipt-invalid` otherwise. */
export const verifyOurReceipt = async (primitives: Primitives, copy: RegistryCopy, text: string) => {
  try {
    const receipt = parseReceipt(text);
    const key = copy.gateway(receipt.gateway);
    if (key === undefined) throw new WaslError('receipt-invalid');
    return await verifyReceipt(primitives, key, receipt);
  } catch (cause) {
    throw new WaslError('receipt-invalid', {}, { cause });
  }
};

/** Whether the subject is named in a way that the document type allows. */
export const checkSubject = (
  copy: RegistryCopy,
  { documentType, documentVersion }: Pick<RequestStatement, 'documentType' | 'documentVersion'>,
  { subject }: PrivatePart,
): void => {
  const type = copy.documentType(documentType, documentVersion);
  if (type === undefined) throw new WaslError('unknown-document-type', { documentType });
  const verdict = compileSchema(type.schemaDigest, type.schema).subject(subject.scheme, subject.value);
  if (verdict === 'unknown-scheme') throw new WaslError('unknown-subject-scheme', { scheme: subject.scheme });
  if (verdict === 'invalid') throw new WaslError('invalid-subject', { scheme: subject.scheme });
};
