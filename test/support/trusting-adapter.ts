import { SEALED_TYPE, vctOf } from '../../adapters/kit/issue.ts';
import type { Offer } from '../../proto/gen/wasl/exchange/v1/exchange.ts';
import { digestOf, digestOfText } from '../../services/kernel/digest.ts';
import { openPrivateAsProvider, sealTo } from '../../services/kernel/jwe.ts';
import { signJws } from '../../services/kernel/jws.ts';
import type { OkpPublicJwk, Signer } from '../../services/kernel/keys.ts';
import { parsePrivate } from '../../services/kernel/private-part.ts';
import { issueSdJwt } from '../../services/kernel/sdjwt.ts';
import { answerPayload, parseRequest, TYP } from '../../services/kernel/statements.ts';
import type { JsonObject } from '../../services/kernel/strict-json.ts';
import { primitives } from '../../services/platform/crypto/index.ts';
import { connectGateway } from '../../services/platform/rpc/index.ts';
import { DOCUMENT, READER, type World } from './conformance.ts';

/** In what it differs from an adapter that answers well, and merely believes all it is told. */
export interface Trusting {
  readonly documentTypes?: readonly string[];
  readonly credits?: number;
  readonly signer?: Signer;
  readonly sealedFor?: OkpPublicJwk;
  readonly card?: JsonObject;
  /** Discloses more than was asked for. */
  readonly tellsAll?: boolean;
  /** Answers a known subject in this way. */
  readonly always?: 'not-found';
  /** Serves so many at once, whatever it said. */
  readonly servesAtOnce?: number;
  /** Holds every answer back for so long. */
  readonly slowMs?: number;
}

/** An adapter without the kit and without a doubt: it signs, seals and answers, and verifies nothing. Gives what ends it. */
export const attachTrusting = async (
  { rehearsal, identity }: World,
  { documentTypes = [DOCUMENT], credits = 16, ...how }: Trusting = {},
): Promise<() => Promise<void>> => {
  const { tls, trustDomain, keys, agency } = identity;
  const { signer, opener } = keys.present();
  const { audit, requester } = rehearsal.ground;
  const connection = connectGateway({ address: rehearsal.address, tls, trustDomain });
  const leaving = new AbortController();
  const stream = connection.attach(leaving.signal);
  await stream.write({
    message: { $case: 'hello', value: { documentTypes: [...documentTypes], credits, replica: 'trusting' } },
  });
  const said = (offer: Offer) => {
    const [, payload = ''] = offer.statement.split('.');
    return parseRequest(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as JsonObject);
  };
  const credential = (offer: Offer): Promise<Uint8Array> => {
    const request = said(offer);
    const card: JsonObject = {
      ...{ nationalNumber: READER.value, cardNumber: 'R-17', branch: 'Irbid', since: '2024-02-01' },
      ...how.card,
    };
    const asked = how.tellsAll === true ? Object.keys(card) : request.claims;
    const iat = Math.floor(Date.now() / 1000);
    return issueSdJwt(signer, primitives, {
      always: {
        ...{ iss: agency, aud: request.requester, vct: vctOf(request.documentType, request.documentVersion) },
        ...{ iat, exp: iat + 60, purpose: request.purpose, request: digestOfText(offer.statement) },
        asOf: new Date().toISOString(),
      },
      disclosable: Object.fromEntries(asked.map((claim) => [claim, card[claim] ?? null])),
    });
  };
  let inHand = 0;
  const serve = async (offer: Offer): Promise<void> => {
    inHand += 1;
    const request = said(offer);
    const part = await openPrivateAsProvider(primitives, opener, audit, offer.privatePart).then(
      parsePrivate,
      () => undefined,
    );
    const known = part?.subject.value === READER.value && how.always !== 'not-found';
    const busy = inHand > (how.servesAtOnce ?? Number.POSITIVE_INFINITY);
    const sealed =
      known && !busy
        ? await sealTo(primitives, how.sealedFor ?? requester.opener.publicJwk, await credential(offer), SEALED_TYPE)
        : new Uint8Array();
    const found = { outcome: 'delivered', claims: request.claims, document: digestOf(sealed) } as const;
    const none = { outcome: 'not-found', code: 'no-such-record', claims: [] } as const;
    const later = { outcome: 'unavailable', code: 'provider-busy', retryAfterMs: 1_000, claims: [] } as const;
    const statement = await signJws(
      how.signer ?? signer,
      TYP.answer,
      answerPayload({
        ...{ provider: agency, requester: request.requester, requestId: request.id },
        ...{ request: digestOfText(offer.statement), receipt: digestOfText(offer.requestedReceipt) },
        ...(busy ? later : known ? found : none),
        ...{ timeMs: Date.now(), journal: { size: 0, head: null } },
      }),
    );
    if (how.slowMs !== undefined) await new Promise((resolve) => setTimeout(resolve, how.slowMs));
    inHand -= 1;
    const value = { requestId: offer.requestId, statement, sealedDocument: Buffer.from(sealed) };
    await stream.write({ message: { $case: 'answer', value } });
  };
  const serving = (async () => {
    for await (const { message } of stream.incoming) {
      if (message?.$case === 'offer') void serve(message.value).catch(() => undefined);
    }
  })().catch(() => undefined);
  return async () => {
    leaving.abort();
    await serving;
    connection.close();
  };
};
