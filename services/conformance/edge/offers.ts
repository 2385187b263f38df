import type { Offer } from '../../../proto/gen/wasl/exchange/v1/exchange.ts';
import { type Digest, digestOf, digestOfText } from '../../kernel/digest.ts';
import { type AgencyId, parseRequestId, type RequestId, uuidV7 } from '../../kernel/ids.ts';
import { sealPrivate } from '../../kernel/jwe.ts';
import { signJws } from '../../kernel/jws.ts';
import type { Signer, Thumbprint } from '../../kernel/keys.ts';
import { privatePayload, type Subject } from '../../kernel/private-part.ts';
import { type RequestStatement, requestPayload, TYP } from '../../kernel/statements.ts';
import { primitives } from '../../platform/crypto/index.ts';
import { PURPOSE } from '../domain/terms.ts';
import type { Ground } from './ground.ts';

/** In what an offer differs from an honest one about `subject`. */
export interface Asked {
  readonly subject: Subject;
  readonly claims?: readonly string[];
  readonly purpose?: string;
  readonly id?: RequestId;
  readonly issuedAtMs?: number;
  readonly deadlineMs?: number;
  readonly encryptionKey?: Thumbprint;
  /** Who signs, and as whom. */
  readonly by?: { readonly id: AgencyId; readonly signer: Signer };
  /** Alters what was signed, before its receipt is made. */
  readonly alter?: (statement: string) => string;
}

/** A request with its receipt, as it is offered. */
export interface Made {
  readonly request: RequestStatement;
  readonly digest: Digest;
  readonly subject: Subject;
  readonly offer: Offer;
}

const newRequestId = (): RequestId => parseRequestId(uuidV7(Date.now(), primitives.random(10)));
const DEADLINE_MS = 10_000;

/** Builds and signs a request as a requester's kit does, and writes its entry `requested` as a gateway does. */
export const makeOffer = async (ground: Ground, asked: Asked): Promise<Made> => {
  const { provider, requester, document, gateway, terms } = ground;
  const { id, signer } = asked.by ?? requester;
  const privatePart = sealPrivate(
    primitives,
    { provider: provider.encryption, audit: ground.audit },
    privatePayload({ subject: asked.subject, caseReference: 'CONFORMANCE' }),
  );
  const issuedAtMs = asked.issuedAtMs ?? Date.now();
  const request: RequestStatement = {
    id: asked.id ?? newRequestId(),
    requester: id,
    provider: provider.id,
    documentType: document.type,
    documentVersion: document.version,
    purpose: asked.purpose ?? PURPOSE,
    claims: [...(asked.claims ?? terms.claims)].sort(),
    issuedAtMs,
    deadlineMs: asked.deadlineMs ?? issuedAtMs + DEADLINE_MS,
    encryptionKey: asked.encryptionKey ?? requester.opener.thumbprint,
    boot: gateway.boot,
    privatePart: digestOf(privatePart),
    journal: { size: 0, head: null },
  };
  const signed = await signJws(signer, TYP.request, requestPayload(request));
  const statement = asked.alter?.(signed) ?? signed;
  const digest = digestOfText(statement);
  const { id: requestId, purpose, claims } = request;
  const requestedReceipt = await ground.record(
    {
      kind: 'requested',
      requestId,
      request: digest,
      privatePart: request.privatePart,
      requester: id,
      provider: provider.id,
      documentType: document.type,
      purpose,
      claims,
      agreement: terms.id,
      agreementDigest: ground.agreementDigest,
    },
    { statement, privatePart },
  );
  return {
    request,
    digest,
    subject: asked.subject,
    offer: { requestId, statement, privatePart: Buffer.from(privatePart), requestedReceipt, traceparent: '' },
  };
};

/** The same bytes but for one of the payload's, under the signature that stood over the others. */
export const alteredStatement = (statement: string): string => {
  const [head = '', payload = '', signature = ''] = statement.split('.');
  const said = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { deadlineMs: number };
  const other = JSON.stringify({ ...said, deadlineMs: said.deadlineMs - 1 });
  return [head, Buffer.from(other).toString('base64url'), signature].join('.');
};
