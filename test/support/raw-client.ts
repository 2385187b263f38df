import { join } from 'node:path';
import { type Identity, loadIdentity } from '../../adapters/kit/index.ts';
import type { RequestResponse } from '../../proto/gen/wasl/exchange/v1/exchange.ts';
import { parseReceipt, verifyReceipt } from '../../services/kernel/batch.ts';
import { digestOf } from '../../services/kernel/digest.ts';
import type { EntryBody } from '../../services/kernel/evidence.ts';
import { parseAgencyId, parseDocumentType, parseRequestId, uuidV7 } from '../../services/kernel/ids.ts';
import { sealPrivate } from '../../services/kernel/jwe.ts';
import { signJws, verifyJws } from '../../services/kernel/jws.ts';
import type { EcPublicJwk, Signer } from '../../services/kernel/keys.ts';
import { privatePayload } from '../../services/kernel/private-part.ts';
import {
  parseAnswer,
  parseRefusal,
  type RequestStatement,
  requestPayload,
  TYP,
} from '../../services/kernel/statements.ts';
import { loadOpener, loadSigner, primitives } from '../../services/platform/crypto/index.ts';
import { connectGateway, type GatewayConnection } from '../../services/platform/rpc/index.ts';
import type { Exchange } from './exchange.ts';

export interface RawRequest {
  readonly statement: string;
  readonly privatePart: Uint8Array;
}

/** An agency that says what it likes: real certificate and keys, none of the kit's care. */
export interface RawClient {
  readonly identity: Identity;
  readonly connection: GatewayConnection;
  readonly gatewayKey: EcPublicJwk;
  make(
    changes?: Partial<RequestStatement>,
    by?: Signer,
    subject?: { scheme: string; value: string },
  ): Promise<RawRequest>;
  /** The code it ended with (the provider's or the gateway's, verified), and the entry its receipt promises. */
  send(
    request: RawRequest,
  ): Promise<{ readonly code: string; readonly by: 'gateway' | 'provider'; readonly entry?: EntryBody }>;
}

export const rawClient = async (exchange: Exchange, agency: string): Promise<RawClient> => {
  const { layout } = exchange;
  const identity = await loadIdentity(layout.agency(agency));
  const connection = connectGateway({
    address: exchange.gateway.address,
    tls: identity.tls,
    trustDomain: identity.trustDomain,
  });
  const provider = await loadOpener(join(layout.agency('civil-status'), 'encryption.jwk'));
  const providerSigner = await loadSigner(join(layout.agency('civil-status'), 'signing.jwk'));
  const audit = await loadOpener(join(layout.audit, 'encryption.jwk'));
  const gatewayKey = (await loadSigner(join(layout.gateway('gw-1'), 'signing.jwk'))).publicJwk;
  const { boot } = await connection.announce({ timeoutMs: 5_000 });

  const judge = async ({ result }: RequestResponse) => {
    if (result?.$case === 'refusal') {
      const { statement, receipt } = result.value;
      const { code } = parseRefusal(await verifyJws(primitives, gatewayKey, statement, TYP.refusal));
      const entry =
        receipt === ''
          ? {}
          : { entry: (await verifyReceipt(primitives, gatewayKey, parseReceipt(receipt))).entry.body };
      return { code, by: 'gateway' as const, ...entry };
    }
    if (result?.$case !== 'answer') throw new Error('no result');
    const { statement, answeredReceipt } = result.value;
    const answer = parseAnswer(await verifyJws(primitives, providerSigner.publicJwk, statement, TYP.answer));
    const { entry } = await verifyReceipt(primitives, gatewayKey, parseReceipt(answeredReceipt));
    return { code: answer.code ?? answer.outcome, by: 'provider' as const, entry: entry.body };
  };

  return {
    identity,
    connection,
    gatewayKey,
    make: async (
      changes = {},
      by = identity.keys.present().signer,
      subject = { scheme: 'jo:national-number', value: '0009990001' },
    ) => {
      const privatePart = sealPrivate(
        primitives,
        { provider: provider.publicJwk, audit: audit.publicJwk },
        privatePayload({ subject }),
      );
      const now = Date.now();
      const request: RequestStatement = {
        id: parseRequestId(uuidV7(now, primitives.random(10))),
        requester: parseAgencyId('transport'),
        provider: parseAgencyId('civil-status'),
        documentType: parseDocumentType('civil-status.personal-extract'),
        documentVersion: 1,
        purpose: 'issue-driving-licence',
        claims: ['birthDate', 'givenName'],
        issuedAtMs: now,
        deadlineMs: now + 5_000,
        encryptionKey: identity.keys.present().opener.thumbprint,
        boot,
        privatePart: digestOf(privatePart),
        journal: { size: 0, head: null },
        ...changes,
      };
      return { statement: await signJws(by, TYP.request, requestPayload(request)), privatePart };
    },
    send: async ({ statement, privatePart }) =>
      judge(await connection.request({ statement, privatePart: Buffer.from(privatePart) }, { timeoutMs: 10_000 })),
  };
};
