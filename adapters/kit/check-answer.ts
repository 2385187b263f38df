import type { Answer, Refusal } from '../../proto/gen/wasl/exchange/v1/exchange.ts';
import { CODES, type Code, type Kind, type Params, parseCode, WaslError } from '../../services/kernel/codes.ts';
import type { RegistryCopy } from '../../services/kernel/copy.ts';
import { verifyOf } from '../../services/kernel/copy-agency.ts';
import { type Digest, digestOfText } from '../../services/kernel/digest.ts';
import type { GatewayId } from '../../services/kernel/ids.ts';
import { openSealed } from '../../services/kernel/jwe.ts';
import { verifyJws } from '../../services/kernel/jws.ts';
import type { Primitives } from '../../services/kernel/keys.ts';
import { digestInPieces, latin1InPieces } from '../../services/kernel/pieces.ts';
import type { Subject } from '../../services/kernel/private-part.ts';
import { issuerKid, verifySdJwt } from '../../services/kernel/sdjwt.ts';
import {
  type AnswerStatement,
  parseAnswer,
  parseRefusal,
  type RequestStatement,
  TYP,
} from '../../services/kernel/statements.ts';
import { compileSchema } from '../../services/platform/validate/index.ts';
import { checkRequestedReceipt, verifyOurReceipt } from './check-offer.ts';
import type { Identity } from './identity.ts';
import { SEALED_TYPE, vctOf } from './issue.ts';
import { type Outcome, reasonOf } from './outcome.ts';

/** What was asked, as it was signed. */
export interface OwnRequest {
  readonly statement: string;
  /** Digest of the statement. */
  readonly digest: Digest;
  readonly request: RequestStatement;
  /** About whom or what; it stands in the sealed part alone. */
  readonly subject: Subject;
  readonly gateway: GatewayId;
}

interface With {
  readonly primitives: Primitives;
  readonly identity: Identity;
  readonly copy: RegistryCopy;
  readonly now: () => number;
}

const invalid = (): WaslError => new WaslError('answer-invalid');

/**
 * Takes an answer apart and believes nothing that is not signed: the provider's statement over our own request, both receipts, the sealed
 * document's digest, the credential's signature, audience, purpose and request, each claim by the schema, and that it is about whom was asked. Throws what is wrong.
 */
export const checkAnswer = async (by: With, own: OwnRequest, answer: Answer): Promise<Outcome> => {
  const { primitives, copy } = by;
  const { request } = own;
  const provider = copy.agency(request.provider);
  if (provider === undefined) throw new WaslError('unknown-agency', { agency: request.provider });
  const statement = parseAnswer(await verifyOf(primitives, provider, answer.statement, TYP.answer));
  const ours =
    statement.provider === request.provider &&
    statement.requester === request.requester &&
    statement.requestId === request.id &&
    statement.request === own.digest &&
    statement.receipt === digestOfText(answer.requestedReceipt);
  if (!ours) throw invalid();
  await checkRequestedReceipt(primitives, copy, answer.requestedReceipt, own);
  await checkEnd(by, own, answer.answeredReceipt, 'answered', digestOfText(answer.statement));

  const ended = {
    requestId: request.id,
    receipts: { requested: answer.requestedReceipt, ended: answer.answeredReceipt },
    by: { kind: 'provider' as const, id: request.provider },
  };
  const reason = reasonOf(codeOf(statement), knownOf(own, codeOf(statement)));
  switch (statement.outcome) {
    case 'delivered':
      return { ...ended, outcome: 'delivered', ...(await openDocument(by, own, answer, statement)) };
    case 'not-found':
      return { ...ended, ...reason, outcome: 'not-found' };
    case 'deferred':
      if (statement.ticket === undefined || statement.ticket === '') throw invalid();
      return { ...ended, ...reason, outcome: 'deferred', ticket: statement.ticket, ...retryOf(statement) };
    case 'refused':
      return { ...ended, ...reason, outcome: 'refused' };
    case 'unavailable':
      return { ...ended, ...reason, outcome: 'unavailable', ...retryOf(statement) };
  }
};

const codeOf = ({ code }: AnswerStatement): Code => parseCode(code ?? '') ?? 'provider-failed';
/** What the requester knows itself of what a code's sentence names: the statement carries no values. */
const knownOf = ({ request, subject }: OwnRequest, code: Code): Params => {
  const { requester, provider, documentType, purpose } = request;
  const agency = { 'unknown-key': requester, 'wrong-audience': provider }[String(code)];
  return { provider, documentType, purpose, scheme: subject.scheme, ...(agency === undefined ? {} : { agency }) };
};
const retryOf = ({ retryAfterMs }: { readonly retryAfterMs?: number }): { readonly retryAfterMs?: number } =>
  retryAfterMs === undefined ? {} : { retryAfterMs };

const openDocument = async (
  { primitives, identity, copy, now }: With,
  own: OwnRequest,
  answer: Answer,
  statement: AnswerStatement,
) => {
  const { request } = own;
  const provider = copy.agency(request.provider);
  const type = copy.documentType(request.documentType, request.documentVersion);
  if (provider === undefined || type === undefined) throw invalid();
  if (statement.document !== (await digestInPieces(primitives.breathe, answer.sealedDocument))) throw invalid();
  const credential = await openSealed(primitives, identity.keys.openers(), answer.sealedDocument, SEALED_TYPE);
  const keys = provider.live(issuerKid(credential));
  if (keys === undefined) throw new WaslError('unknown-key', { agency: request.provider });
  const { always, claims } = await verifySdJwt(primitives, keys.signing, credential);
  const bound =
    always.iss === request.provider &&
    always.aud === request.requester &&
    always.vct === vctOf(request.documentType, request.documentVersion) &&
    always.purpose === request.purpose &&
    always.request === own.digest &&
    typeof always.exp === 'number' &&
    always.exp * 1000 > now() &&
    typeof always.asOf === 'string';
  if (!bound) throw new WaslError('credential-invalid');
  const names = Object.keys(claims).sort();
  // Nothing that was not asked for, and exactly what the provider's statement says was disclosed.
  if (!names.every((name) => request.claims.includes(name)) || names.join() !== [...statement.claims].sort().join()) {
    throw new WaslError('credential-invalid');
  }
  const schema = compileSchema(type.schemaDigest, type.schema);
  const problems = schema.disclosed({ ...claims, asOf: always.asOf ?? null });
  if (problems.length > 0) throw new WaslError('schema-invalid-answer', { what: problems.slice(0, 5).join(', ') });
  if (schema.about(own.subject, claims) === 'other') throw new WaslError('other-subject');
  return { document: claims, always, credential: await latin1InPieces(primitives.breathe, credential) };
};

/** A receipt of the entry that ended the request; `receipt-invalid` when it is of anything else. */
const checkEnd = async (
  { primitives, copy }: With,
  { digest, request }: OwnRequest,
  receipt: string,
  kind: 'answered' | 'refused',
  answer?: Digest,
): Promise<void> => {
  const { entry } = await verifyOurReceipt(primitives, copy, receipt);
  const { body } = entry;
  // Refused before it was read, a request is named by its digest alone.
  const named =
    'requestId' in body && body.requestId !== undefined ? body.requestId === request.id : kind === 'refused';
  const same =
    body.kind === kind && named && body.request === digest && (body.kind === 'refused' || body.answer === answer);
  if (!same) throw new WaslError('receipt-invalid');
};

const GATEWAY_MAY_SAY: ReadonlySet<Kind> = new Set(['refused', 'unavailable', 'failure']);

/** A gateway's refusal, by the key of the gateway that was asked. Says nothing for the provider: never `not-found` or `deferred`. */
export const checkRefusal = async (by: With, own: OwnRequest, refusal: Refusal): Promise<Outcome> => {
  const { primitives, copy } = by;
  const key = copy.gateway(own.gateway);
  if (key === undefined) throw invalid();
  const statement = parseRefusal(await verifyJws(primitives, key, refusal.statement, TYP.refusal));
  const code = parseCode(statement.code);
  const ours =
    statement.gateway === own.gateway &&
    statement.requester === own.request.requester &&
    statement.request === own.digest;
  // Whether there is a record, or when there will be an answer, is the provider's to say.
  if (!ours || code === undefined || !GATEWAY_MAY_SAY.has(CODES[code].kind)) throw invalid();
  const accepted = refusal.requestedReceipt !== '';
  if (accepted) await checkRequestedReceipt(primitives, copy, refusal.requestedReceipt, own);
  if (refusal.receipt !== '') await checkEnd(by, own, refusal.receipt, accepted ? 'answered' : 'refused');
  return {
    requestId: own.request.id,
    receipts: {
      ...(accepted ? { requested: refusal.requestedReceipt } : {}),
      ...(refusal.receipt === '' ? {} : { ended: refusal.receipt }),
    },
    by: { kind: 'gateway', id: own.gateway },
    ...reasonOf(code, statement.params),
    ...(CODES[code].kind === 'unavailable'
      ? { outcome: 'unavailable' as const, ...retryOf(statement) }
      : { outcome: 'refused' as const }),
  };
};
