import type { TLSSocket } from 'node:tls';
import { type FastifyError, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { WaslError } from '../../kernel/codes.ts';
import type { Peer } from '../../kernel/ids.ts';
import { type JsonValue, parseStrictJson } from '../../kernel/strict-json.ts';
import type { TlsIdentity } from '../crypto/index.ts';
import type { Logger } from '../log/index.ts';
import { peerOf } from '../rpc/peer.ts';
import { isLoopback, listenAt } from './listen.ts';
import { type Language, languageOf } from './problem.ts';

/** Who makes a call, as known before its body is read. */
export interface RestCaller {
  /** Whose certificate brought it; undefined without one of the authority's. */
  readonly peer: Peer | undefined;
  header(name: string): string | undefined;
}

export interface RestCall extends RestCaller {
  /** Parts of the path by name, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** What is asked behind `?`; of one given several times, the first. */
  readonly query: ReadonlyMap<string, string>;
  /** Undefined without a body. */
  readonly body: JsonValue | undefined;
  readonly language: Language;
}

export interface RestReply {
  readonly status: number;
  /** A text is sent as it is: it is JSON already. */
  readonly body: JsonValue;
  readonly raw?: true;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RestRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Segments with a colon are parameters. */
  readonly path: string;
  /** Throws when the caller may not; nothing of the body was read by then. */
  admit?(caller: RestCaller): void;
  handle(call: RestCall): Promise<RestReply>;
}

export interface RestOptions {
  /** host:port; port 0 takes a free one. */
  readonly listen: string;
  readonly routes: readonly RestRoute[];
  readonly maxBodyBytes: number;
  /** Media types of bodies; the first is answered with unless a caller takes only another of them. */
  readonly mediaTypes: readonly [string, ...string[]];
  /** MUST be given unless the address is a loopback one. Callers may show a certificate of its authority. */
  readonly tls?: { readonly identity: TlsIdentity; readonly trustDomain: string };
  /** How a failure is answered; what is none of ours comes as `internal`. */
  failed(error: WaslError, language: Language): RestReply;
  readonly log: Logger;
}

/** A call whose body has not come by then is over. */
const REQUEST_MS = 30_000;

/**
 * An API whose paths, bodies and failures are somebody else's convention. Without TLS it listens on loopback alone and answers only calls that
 * name a loopback host: a page in somebody's browser can then read nothing (DNS rebinding).
 */
export async function startRestServer(options: RestOptions): Promise<{ address: string; stop(): Promise<void> }> {
  const { listen, routes, mediaTypes, tls, failed, log } = options;
  if (tls === undefined && !isLoopback(listen.slice(0, listen.lastIndexOf(':')))) {
    throw new WaslError('config-invalid', { what: `${listen} is not a loopback address, and needs TLS` });
  }
  const app = fastify({
    logger: false,
    bodyLimit: options.maxBodyBytes,
    routerOptions: { maxParamLength: 4_096 },
    exposeHeadRoutes: false,
    requestTimeout: REQUEST_MS,
    https:
      tls === undefined
        ? null
        : { ...tls.identity, minVersion: 'TLSv1.3', requestCert: true, rejectUnauthorized: false },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser([...mediaTypes], { parseAs: 'buffer' }, async (_: FastifyRequest, body: Buffer) =>
    body.length === 0 ? undefined : parseStrictJson(body),
  );
  app.addHook('onRequest', async (request) => {
    if (tls === undefined && !isLoopback(request.hostname.replace(/:\d+$/, '')))
      throw new WaslError('host-not-allowed');
  });
  const send = (
    request: FastifyRequest,
    reply: FastifyReply,
    { status, body, raw, headers }: RestReply,
  ): FastifyReply => {
    const accepted = request.headers.accept ?? '*/*';
    const type = mediaTypes.find((media) => accepted.includes(media)) ?? mediaTypes[0];
    return reply
      .code(status)
      .headers({ ...headers })
      .type(type)
      .send(raw === true ? body : JSON.stringify(body));
  };
  const fail = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const ours = translated(error);
    if (!(ours instanceof WaslError)) log.error({ err: error }, 'a call failed in a way nobody planned for');
    else if (ours.code === 'store-unavailable') log.error({ err: ours.cause }, 'the database failed a call');
    const known = ours instanceof WaslError ? ours : new WaslError('internal');
    return send(request, reply, failed(known, languageOf(request.headers['accept-language'])));
  };
  app.setErrorHandler(fail);
  app.setNotFoundHandler((request, reply) =>
    fail(new WaslError('no-such-route', { what: `${request.method} ${request.url.slice(0, 100)}` }), request, reply),
  );
  const callerOf = ({ headers, raw: { socket } }: FastifyRequest): RestCaller => ({
    peer: tls === undefined ? undefined : peerAt(socket as TLSSocket, tls.trustDomain),
    header: (name) => {
      const value = headers[name];
      return typeof value === 'string' ? value : undefined;
    },
  });
  for (const { method, path, admit, handle } of routes) {
    app.route({
      method,
      url: path,
      onRequest: async (request) => admit?.(callerOf(request)),
      handler: async (request, reply) => {
        const asked = Object.entries(request.query as Record<string, string | string[]>);
        const answer = await handle({
          ...callerOf(request),
          params: request.params as Record<string, string>,
          query: new Map(asked.map(([name, value]) => [name, Array.isArray(value) ? (value[0] ?? '') : value])),
          body: (request.body ?? undefined) as JsonValue | undefined,
          language: languageOf(request.headers['accept-language']),
        });
        return send(request, reply, answer);
      },
    });
  }
  return { address: await listenAt(app, listen), stop: () => app.close() };
}

/** A chain that was not verified names nobody. */
const peerAt = (socket: TLSSocket, trustDomain: string): Peer | undefined => {
  const { subjectaltname, valid_to: until } = socket.getPeerCertificate();
  // TLS looks at its end when the connection is opened, and never again.
  return socket.authorized && Date.parse(until) > Date.now() ? peerOf(subjectaltname, trustDomain) : undefined;
};

const translated = (error: unknown): unknown => {
  if (error instanceof WaslError || !(error instanceof Error)) return error;
  const { code, statusCode } = error as FastifyError;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new WaslError('message-too-large', { limit: 'body' });
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new WaslError('media-type-unsupported');
  if (statusCode !== undefined && statusCode < 500) return new WaslError('malformed-message', { what: 'request' });
  return error;
};
