import { digestOf, digestOfText } from '../../kernel/digest.ts';
import { openSealed } from '../../kernel/jwe.ts';
import { readJws } from '../../kernel/jws.ts';
import { verifySdJwt } from '../../kernel/sdjwt.ts';
import type { RequestStatement } from '../../kernel/statements.ts';
import { type AnswerStatement, parseAnswer, TYP } from '../../kernel/statements.ts';
import type { JsonObject } from '../../kernel/strict-json.ts';
import { primitives } from '../../platform/crypto/index.ts';
import { compileSchema } from '../../platform/validate/index.ts';
import type { Problem, Seen } from '../domain/judge.ts';
import type { Ground } from './ground.ts';
import type { Made } from './offers.ts';

/** What an adapter sent for one offer. */
export interface Reply {
  readonly statement: string;
  readonly sealed: Uint8Array;
  readonly atMs: number;
}

/** Content type of a sealed credential (draft-ietf-oauth-sd-jwt-vc, section 6), and its `vct`. */
const SEALED_TYPE = 'dc+sd-jwt';
const vctOf = ({ documentType, documentVersion }: RequestStatement): string =>
  `urn:wasl:document:${documentType}:v${documentVersion}`;

/** Takes an answer apart, with the suite's own hands and not the kit's, and says all that is wrong with it. */
export const open = async (ground: Ground, made: Made, reply: Reply, offeredAtMs: number): Promise<Seen> => {
  const { provider } = ground;
  const problems: Problem[] = [];
  let answer: AnswerStatement;
  try {
    const read = readJws(reply.statement, TYP.answer);
    answer = parseAnswer(read.payload);
    await read.verify(primitives, provider.signing).catch(() => problems.push('not-signed-by-agency'));
  } catch {
    return { kind: 'unreadable' };
  }
  const { request, digest, offer } = made;
  const named =
    answer.provider === provider.id &&
    answer.requester === request.requester &&
    answer.requestId === request.id &&
    answer.request === digest;
  if (!named) problems.push('not-of-this-request');
  if (answer.receipt !== digestOfText(offer.requestedReceipt)) problems.push('not-of-this-receipt');
  const { outcome, code, retryAfterMs } = answer;
  let places: string | undefined;
  if (outcome === 'delivered') places = await openDocument(ground, made, answer, reply.sealed, problems);
  else if (reply.sealed.length > 0 || answer.document !== undefined || answer.claims.length > 0) {
    problems.push('document-without-delivery');
  }
  return {
    kind: 'answer',
    outcome,
    problems,
    tookMs: reply.atMs - offeredAtMs,
    ...(code === undefined ? {} : { code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(places === undefined ? {} : { places }),
  };
};

const openDocument = async (
  { provider, requester, document }: Ground,
  { request, digest, subject }: Made,
  answer: AnswerStatement,
  sealed: Uint8Array,
  problems: Problem[],
): Promise<string | undefined> => {
  if (answer.document !== digestOf(sealed)) problems.push('document-digest');
  const credential = await openSealed(primitives, requester.opener, sealed, SEALED_TYPE).catch(() => undefined);
  if (credential === undefined) {
    problems.push('not-sealed-to-requester');
    return undefined;
  }
  const read = await verifySdJwt(primitives, provider.signing, credential).catch(() => undefined);
  if (read === undefined) {
    problems.push('credential-signature');
    return undefined;
  }
  const { always, claims } = read;
  const bound =
    always.iss === provider.id &&
    always.aud === request.requester &&
    always.vct === vctOf(request) &&
    always.purpose === request.purpose &&
    always.request === digest &&
    typeof always.asOf === 'string';
  if (!bound) problems.push('credential-binding');
  if (typeof always.exp !== 'number' || always.exp * 1000 <= Date.now()) problems.push('credential-expired');

  const names = Object.keys(claims).sort();
  if (names.some((name) => !request.claims.includes(name))) problems.push('claims-beyond');
  if (request.claims.some((name) => !names.includes(name))) problems.push('claims-missing');
  if (names.join() !== [...answer.claims].sort().join()) problems.push('claims-not-as-stated');
  const schema = compileSchema(document.schemaDigest, document.schema);
  const told: JsonObject = { ...claims, asOf: always.asOf ?? null };
  const wrong = schema.disclosed(told);
  if (wrong.length > 0) problems.push('schema');
  if (schema.about(subject, claims) === 'other') problems.push('other-subject');
  return wrong.length > 0 ? wrong.slice(0, 5).join(', ') : undefined;
};
