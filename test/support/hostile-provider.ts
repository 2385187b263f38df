import { connect } from 'node:http2';
import { join } from 'node:path';
import { type Identity, loadIdentity } from '../../adapters/kit/index.ts';
import { SEALED_TYPE, vctOf } from '../../adapters/kit/issue.ts';
import type { Offer } from '../../proto/gen/wasl/exchange/v1/exchange.ts';
import { digestOf, digestOfText } from '../../services/kernel/digest.ts';
import { sealTo } from '../../services/kernel/jwe.ts';
import { readJws, signJws } from '../../services/kernel/jws.ts';
import type { OkpPublicJwk, Signer } from '../../services/kernel/keys.ts';
import { issueSdJwt } from '../../services/kernel/sdjwt.ts';
import { type AnswerStatement, answerPayload, parseRequest, TYP } from '../../services/kernel/statements.ts';
import type { JsonObject } from '../../services/kernel/strict-json.ts';
import { loadOpener, primitives } from '../../services/platform/crypto/index.ts';
import { connectGateway, type GatewayConnection } from '../../services/platform/rpc/index.ts';
import { personalExtract } from './documents.ts';
import type { Exchange } from './exchange.ts';

/** In what an answer differs from an honest one. */
export interface Crafted {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly always?: JsonObject;
  readonly credentialBy?: Signer;
  readonly sealedFor?: OkpPublicJwk;
  readonly sealed?: Uint8Array;
  readonly said?: Partial<AnswerStatement>;
  readonly by?: Signer;
  readonly statement?: string;
}

/** An agency's adapter that keeps no promise: real certificate and keys, none of the kit's care. */
export interface HostileProvider {
  readonly identity: Identity;
  readonly connection: GatewayConnection;
  /** The next request that the gateway offers. */
  next(): Promise<Offer>;
  craft(offer: Offer, by?: Crafted): Promise<{ readonly statement: string; readonly sealedDocument: Buffer }>;
  answer(offer: Offer, by?: Crafted): Promise<void>;
  detach(): Promise<void>;
}

export const attachHostile = async (exchange: Exchange, type: string): Promise<HostileProvider> => {
  const { layout, gateway } = exchange;
  const identity = await loadIdentity(layout.agency('civil-status'));
  const { tls, trustDomain, keys } = identity;
  const { signer } = keys.present();
  const to = (await loadOpener(join(layout.agency('transport'), 'encryption.jwk'))).publicJwk;
  const connection = connectGateway({ address: gateway.address, tls, trustDomain });
  const leaving = new AbortController();
  const stream = connection.attach(leaving.signal);
  await stream.write({
    message: { $case: 'hello', value: { documentTypes: [type], credits: 100, replica: 'hostile' } },
  });
  const messages = stream.incoming[Symbol.asyncIterator]();
  await messages.next();

  const craft: HostileProvider['craft'] = async (offer, by = {}) => {
    const request = parseRequest(readJws(offer.statement, TYP.request).payload);
    const digest = digestOfText(offer.statement);
    const { asOf, ...whole } = personalExtract() as JsonObject;
    const asked = Object.fromEntries(request.claims.map((claim) => [claim, whole[claim] ?? null]));
    const issuedAt = Math.floor(Date.now() / 1000);
    const credential = await issueSdJwt(by.credentialBy ?? signer, primitives, {
      always: {
        ...{ iss: request.provider, aud: request.requester, vct: vctOf(request.documentType, request.documentVersion) },
        ...{ iat: issuedAt, exp: issuedAt + 60, purpose: request.purpose, request: digest, asOf: asOf ?? null },
        ...by.always,
      },
      disclosable: { ...asked, ...(by.claims as JsonObject | undefined) },
    });
    const sealed = by.sealed ?? (await sealTo(primitives, by.sealedFor ?? to, credential, SEALED_TYPE));
    const payload = answerPayload({
      provider: request.provider,
      requester: request.requester,
      requestId: request.id,
      request: digest,
      receipt: digestOfText(offer.requestedReceipt),
      outcome: 'delivered',
      claims: request.claims,
      document: digestOf(sealed),
      timeMs: Date.now(),
      journal: { size: 0, head: null },
      ...by.said,
    });
    const statement = by.statement ?? (await signJws(by.by ?? signer, TYP.answer, payload));
    return { statement, sealedDocument: Buffer.from(sealed) };
  };
  return {
    identity,
    connection,
    next: async () => {
      for (;;) {
        const { done, value } = await messages.next();
        if (done === true) throw new Error('the stream has ended');
        if (value.message?.$case === 'offer') return value.message.value;
      }
    },
    craft,
    answer: async (offer, by) => {
      const value = { requestId: offer.requestId, ...(await craft(offer, by)) };
      await stream.write({ message: { $case: 'answer', value } });
    },
    detach: async () => {
      leaving.abort();
      connection.close();
    },
  };
};

const FRAME = 16 * 1024;

/** A gRPC call as bare HTTP/2, on which any bytes can be sent. */
export const bareCall = (address: string, { tls }: Identity, method: string) => {
  const session = connect(`https://${address}`, { ...tls, checkServerIdentity: () => undefined });
  const stream = session.request({
    ':method': 'POST',
    ':path': `/wasl.exchange.v1.AdapterService/${method}`,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  let status: string | undefined;
  let over = (): void => undefined;
  const ended = new Promise<string | undefined>((resolve) => {
    over = () => resolve(status);
  });
  const look = (headers: Record<string, unknown>): void => {
    if (headers['grpc-status'] === undefined) return;
    status = String(headers['grpc-status']);
    over();
  };
  stream.on('response', look).on('trailers', look).on('close', over);
  stream.on('error', () => undefined);
  session.on('error', () => undefined);
  let messages = 0;
  let heard = (): void => undefined;
  stream.on('data', () => {
    messages += 1;
    heard();
  });
  const write = (bytes: Uint8Array): Promise<void> =>
    new Promise((resolve) => {
      // A stream that the other side has ended takes nothing more, and need not say so.
      void ended.then(() => resolve());
      if (stream.destroyed || status !== undefined) resolve();
      else stream.write(bytes, () => resolve());
    });
  return {
    /** Sends one message, whole, or only the head of one that claims this length. */
    send: (message: Uint8Array, claimed = message.length): Promise<void> => {
      const head = Buffer.alloc(5);
      head.writeUInt32BE(claimed, 1);
      return write(Buffer.concat([head, message]));
    },
    /** Goes on sending, at most `bytes`, until the other side ends the call; how much it took. */
    flood: async (bytes: number, piece: Uint8Array = Buffer.alloc(FRAME)): Promise<number> => {
      let sent = 0;
      for (; sent < bytes && status === undefined && !stream.destroyed; sent += piece.length) await write(piece);
      return sent;
    },
    /** Resolves once the other side has sent so many messages. */
    answered: (count: number): Promise<void> =>
      new Promise((resolve) => {
        heard = () => {
          if (messages >= count) resolve();
        };
        heard();
      }),
    /** The call's gRPC status; undefined when the connection was cut. */
    ended,
    close: () => session.destroy(),
  };
};
